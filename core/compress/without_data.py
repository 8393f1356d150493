"""A run without data: what needs no samples is done, nothing is tested, and the record says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from core.compress.criteria import CRITERIA, Needs
from core.compress.delivery import Original, deliver
from core.compress.footprint import original_footprint
from core.compress.output import RunFolder
from core.compress.pipeline import check_recipe, run_recipe
from core.compress.tfmot.limits import wants_tfmot
from core.data.dataset import no_data
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_graph import graph_of_model
from core.models.keras_model import sample_shape
from core.models.loading import load_keras
from core.recipe import QuantizeKind, QuantizeMode, Recipe

_UNCALIBRATED = (QuantizeKind.NONE, QuantizeKind.FLOAT16, QuantizeKind.DYNAMIC)


def check_without_data(recipe: Recipe) -> None:
    """Raise ThimbleError ``needs-data`` for the first thing that the recipe cannot do without samples."""
    for what, hint in _needs(recipe):
        raise ThimbleError("needs-data", f"the recipe {recipe.name!r} {what}, and no data are given", hint)


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


def _needs(recipe: Recipe) -> Iterator[tuple[str, str]]:
    leave_out = "give data, or leave that section out"
    for section, training in (("[train]", recipe.train), ("[finetune]", recipe.finetune)):
        if training is not None and training.epochs:
            yield f"trains ({section})", leave_out
    if recipe.distill is not None:
        yield "learns from a teacher ([distill])", leave_out
    if recipe.prune is not None and CRITERIA[recipe.prune.criterion].needs is not Needs.NOTHING:
        yield (
            f"prunes by {recipe.prune.criterion.value}, which is measured on samples",
            "give data, or prune by l1, l2, magnitude or random",
        )
    if wants_tfmot(recipe):
        yield "asks for the engine tfmot, which is given data", 'give data, or use engine = "own"'
    quantize = recipe.quantize
    if quantize.mode is QuantizeMode.QAT or quantize.finetune_epochs:
        yield "trains with quantization in mind", 'give data, or set mode = "ptq" without epochs'
    if quantize.kind not in _UNCALIBRATED:
        known = ", ".join(kind.value for kind in _UNCALIBRATED)
        yield (
            f"makes {quantize.kind.value}, whose ranges are measured on samples",
            f"give data, or use one of these in [quantize]: {known}",
        )
