"""A run without data: what needs no samples is done, nothing is tested, and the record says so."""

from __future__ import annotations

from typing import Any

from core.compress.delivery import Original, deliver
from core.compress.footprint import original_footprint
from core.compress.output import RunFolder
from core.compress.pipeline import check_recipe, run_recipe
from core.data.dataset import no_data
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_graph import graph_of_model
from core.models.keras_model import sample_shape
from core.models.loading import load_keras
from core.recipe import Recipe


def compress_without_data(
    model: str, recipe: Recipe, folder: RunFolder, allow_unsafe: bool, context: JobContext
) -> dict[str, Any]:
    """Prune, cluster and convert a model; both were checked. For worker processes.

    Returns what stands in run.json: accuracies are None, and there is no evaluation. `context` takes progress
    0…1. Raises ThimbleError and CancelledByUser.
    """
    context.progress(0.01, "Starting TensorFlow")
    start_tensorflow(recipe.seed)
    context.check_cancelled()
    loaded = load_keras(model, allow_unsafe)
    graph, data = graph_of_model(loaded), no_data(sample_shape(loaded))
    check_recipe(recipe, graph)
    compressed = run_recipe(loaded, data, recipe, context.section(0.1, 0.4))
    part, beside = context.section(0.4, 0.6), folder.partial / "original"
    sizes = original_footprint(loaded, graph, data, recipe, beside, part)
    original = Original.untested(loaded, model, sizes)
    return deliver(original, compressed, data, recipe, folder, context.section(0.6, 0.99))
