"""Task: run a recipe on a model and write the results."""

from __future__ import annotations

from typing import Any

from core.compress.delivery import Original, deliver
from core.compress.output import RunFolder
from core.compress.pipeline import check_recipe, run_recipe
from core.compress.supported import check_supported
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_graph import graph_of_model
from core.models.loading import check_model_file, load_keras
from core.models.model_data import data_for_keras
from core.recipe import Recipe
from core.recipe_toml import read_recipe, recipe_from_dict


def compress(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (`.keras` or ``zoo:NAME``), data, recipe (a dict, or the path of a TOML file), out.

    Writes model.keras, model.tflite, model.onnx, recipe.toml and run.json into `out`, all or nothing.
    Partials `epoch`: epoch, epochs, loss, accuracy, val_loss, val_accuracy, sparsity, parameters.
    Returns what stands in run.json: the fields of ``compress --json`` and those of
    `core.compress.record.describe`. Raises ThimbleError for everything that a person can mend; what can
    be known before TensorFlow starts, or before training, is told then.
    """
    recipe = _recipe(params["recipe"])
    check_supported(recipe)
    check_model_file(params["model"])
    with RunFolder(params["out"]) as folder:
        context.progress(0.01, "Starting TensorFlow")
        start_tensorflow(recipe.seed)
        context.check_cancelled()
        model = load_keras(params["model"])
        reading = context.section(0.02, 0.05).watch("Reading the data")
        data = data_for_keras(model, params["model"], params["data"], recipe.data, reading)
        check_recipe(recipe, graph_of_model(model))
        context.progress(0.05, "Testing the original model")
        original = Original.of(model, data, str(params["model"]), str(params["data"]))
        compressed = run_recipe(model, data, recipe, context.section(0.07, 0.9))
        record = deliver(original, compressed, data, recipe, folder, context.section(0.9, 0.99))
    context.progress(1.0, "Done")
    return record


def _recipe(given: dict[str, Any] | str) -> Recipe:
    return recipe_from_dict(given) if isinstance(given, dict) else read_recipe(given)
