"""Task: run a recipe on a model and write the results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from core.compress.checkpoint import Checkpoints
from core.compress.costs import step_ends
from core.compress.delivery import Original, deliver
from core.compress.fingerprints import checkpoints_of
from core.compress.footprint import original_footprint
from core.compress.idle import check_nothing_idle
from core.compress.needs_data import check_without_data
from core.compress.output import RunFolder
from core.compress.pipeline import check_exceptions, check_recipe, run_recipe, train_baseline
from core.compress.run_files import BASELINE
from core.compress.steps import share_before_quantization
from core.compress.supported import check_supported
from core.compress.tfmot.engine import check_with_tfmot
from core.compress.tfmot.limits import tfmot_comes_late
from core.compress.without_data import compress_without_data
from core.data import DataSet
from core.data.preprocessing import range_warning, split_warning
from core.jobs.context import JobContext
from core.models.deterministic import start_tensorflow
from core.models.input_scaling import inputs_of
from core.models.keras_graph import graph_of_model
from core.models.keras_writing import save_keras
from core.models.loading import check_model_file, load_keras
from core.models.model_data import check_data, data_for_keras
from core.recipe import Recipe
from core.recipe_toml import read_recipe, recipe_from_dict


def compress(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (of any format, or ``zoo:NAME``), data (left out: nothing is trained or tested,
    and accuracies are None), recipe (a dict, or the path of a TOML file), out;
    allow_unsafe (whether code in the model's file may run; False if left out).

    Writes model.keras, model.tflite, model.onnx, recipe.toml and run.json into `out`, all or nothing; with
    [train] also baseline.keras, whose accuracy is the one before. What was interrupted after an epoch goes on
    there when it is started again with the same params, and ends with the same files.
    Partials `epoch`: epoch, epochs, phase, loss, accuracy, val_loss, val_accuracy, validated_on, sparsity,
    parameters.
    Returns what stands in run.json: the fields of ``compress --json`` and those of
    `core.compress.record.describe`. Raises ThimbleError for everything that a person can mend; what can
    be known before TensorFlow starts, or before training, is told then.
    """
    recipe = _recipe(params["recipe"])
    check_supported(recipe)
    check_nothing_idle(recipe)
    allow_unsafe = bool(params.get("allow_unsafe"))
    ends = check_model_file(params["model"], allow_unsafe)
    check_exceptions(recipe, params["model"], allow_unsafe)
    if not params.get("data"):
        check_without_data(recipe)
        with RunFolder(params["out"], params["model"]) as folder:
            return compress_without_data(params["model"], recipe, folder, allow_unsafe, context)
    with RunFolder(params["out"], params["model"]) as folder:
        reading = context.section(0.0, 0.01).watch("Reading the data")
        checked = check_data(ends, params["model"], params["data"], recipe.data, reading)
        context.progress(0.01, "Starting TensorFlow")
        start_tensorflow(recipe.seed)
        context.check_cancelled()
        model = load_keras(params["model"], allow_unsafe)
        reading = context.section(0.02, 0.05).watch("Reading the data")
        data = data_for_keras(model, params["model"], params["data"], recipe.data, reading, checked)
        if warning := split_warning(params["model"], data.options):
            context.log(warning)
        tells = inputs_of(model) is not None or recipe.train is not None
        if warning := range_warning(params["model"], data, tells):
            context.log(warning)
        check_recipe(recipe, graph_of_model(model))
        if tfmot_comes_late(recipe):
            check_with_tfmot(model, recipe, context.section(0.05, 0.07))
        checkpoints = _checkpoints(model, data, recipe, params, context)
        trained = 0.07 + 0.75 * share_before_quantization(recipe)
        training = context.section(0.07, trained)
        baseline = train_baseline(model, data, recipe, training, checkpoints)
        if recipe.train is not None:
            save_keras(baseline.model, folder.partial / BASELINE)
        original = _tested(baseline.model, data, recipe, params, training)
        compressed = run_recipe(baseline.model, data, recipe, training, checkpoints, baseline.history)
        # After the training, whose random numbers it must not touch.
        part = context.section(trained, trained + 0.05)
        beside = folder.partial / "original"
        sizes = original_footprint(baseline.model, original.graph, data, recipe, beside, part)
        original = replace(original, footprint=sizes)
        rest = context.section(trained + 0.05, 0.99)
        record = deliver(original, compressed, data, recipe, folder, rest, checkpoints)
        checkpoints.clear()
    context.progress(1.0, "Done")
    return record


def _tested(
    model: Any, data: DataSet, recipe: Recipe, params: dict[str, Any], training: JobContext
) -> Original:
    """What the run begins with; `training` has got as far as [train] goes."""
    begun = step_ends(recipe, graph_of_model(model))[1] if recipe.train is not None else 0.0
    watch = training.section(begun, begun).watch("Testing the original model")
    original = Original.of(model, data, str(params["model"]), str(params["data"]), watch)
    for doubt in original.doubts:
        training.log(doubt.text)
    return original


def _checkpoints(
    model: Any, data: DataSet, recipe: Recipe, params: dict[str, Any], context: JobContext
) -> Checkpoints:
    names = (str(params["model"]), str(params["data"]))
    checkpoints = checkpoints_of(Path(params["out"]), names, model, data, recipe)
    if checkpoints.of_another_run:
        context.log("the folder holds a checkpoint of another run, which cannot be used: starting anew")
    return checkpoints


def _recipe(given: dict[str, Any] | str) -> Recipe:
    return recipe_from_dict(given) if isinstance(given, dict) else read_recipe(given)
