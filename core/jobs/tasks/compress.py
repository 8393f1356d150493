"""Task: run a recipe on a model and write the results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.compress.output import RunFolder
from core.compress.pipeline import check_recipe, run_recipe
from core.compress.quantizers import find_quantizer
from core.compress.record import Outcome, describe
from core.compress.supported import check_supported
from core.data import DataSet, check_fits, load_data
from core.evaluate import Evaluation, evaluate_keras, evaluate_tflite
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.keras_graph import graph_of_model
from core.models.keras_model import outputs, parameters_by_layer, sample_shape
from core.models.loading import check_model_file, load_keras
from core.recipe import Recipe
from core.recipe_toml import read_recipe, recipe_from_dict, write_recipe


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
        data = load_data(params["data"], sample_shape(model))
        check_fits(data, sample_shape(model), outputs(model))
        original = graph_of_model(model)
        check_recipe(recipe, original)
        context.progress(0.05, "Testing the original model")
        before = evaluate_keras(model, data)
        compressed = run_recipe(model, data, recipe, context.section(0.07, 0.9))
        quantizer = find_quantizer(recipe.quantize)
        quantized = quantizer.write(
            compressed.model, data, recipe, folder.partial, context.section(0.9, 0.95)
        )
        context.progress(0.95, "Saving the model")
        quantized.model.save(folder.partial / "model.keras")
        deployed = folder.partial / quantizer.deployed
        after = _evaluate_deployed(deployed, data, context.section(0.96, 0.99))
        write_recipe(recipe, folder.partial / "recipe.toml")
        names = {"model": str(params["model"]), "data": str(params["data"])}
        outcome = Outcome(
            original,
            graph_of_model(quantized.model),
            parameters_by_layer(model),
            parameters_by_layer(quantized.model),
            before,
            after,
            (*compressed.history, *quantized.history),
        )
        record = folder.commit({**names, **describe(recipe, outcome, data, folder.partial)})
    context.progress(1.0, "Done")
    return record


def _recipe(given: dict[str, Any] | str) -> Recipe:
    return recipe_from_dict(given) if isinstance(given, dict) else read_recipe(given)


def _evaluate_deployed(path: Path, data: DataSet, context: JobContext) -> Evaluation:
    """The accuracy that counts: of the file that a board gets."""

    def after_sample(done: int, total: int) -> None:
        context.check_cancelled()
        if done % 50 == 0 or done == total:
            context.progress(done / total, "Testing the converted model")

    return evaluate_tflite(path, data, after_sample)
