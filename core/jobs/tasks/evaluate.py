"""Task: how good a model is on the test images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from codegen.graph import Graph, macs
from core.compress.findings import doubts
from core.data import DataSet, load_for_model
from core.data.preprocessing import Preprocessing, options_given, range_warning
from core.evaluate import Evaluation, evaluate_keras, evaluate_runner
from core.jobs.context import JobContext
from core.models.stored_layers import read_stored_layers
from core.recipe import DataOptions
from core.runners import RUNNERS, open_runner


def evaluate(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (of any format, or ``zoo:NAME``), data, options (the keys of a recipe's
    ``[data]``, or left out), allow_unsafe (whether code in the model's file may run; False if left out).

    Result: model, data, samples, accuracy, macro_precision, loss, per_class (name, precision, recall,
    samples), classes, confusion (rows are the actual class), parameters, nonzero, unique (different
    values of the weights, summed over the layers), macs, preprocessing (how the inputs were scaled), chance,
    near_chance, warnings (code, text), and size_bytes (None for a built-in model).
    Raises ThimbleError. TensorFlow is not needed for `.tflite` and `.onnx`.
    """
    model = str(params["model"])
    kind: Callable[[str, str, DataOptions | None, JobContext], _Evaluated]
    if Path(model).suffix.lower() in RUNNERS:
        kind = _converted
    else:
        kind = partial(_keras, allow_unsafe=bool(params.get("allow_unsafe")))
    options = options_given(params)
    data, evaluation, counts = kind(model, str(params["data"]), options, context)
    context.progress(1.0, "Done")
    path = Path(model)
    return {
        "model": model,
        "data": str(params["data"]),
        **evaluation.to_dict(),
        "classes": [each.name for each in evaluation.per_class],
        "chance": evaluation.chance,
        "near_chance": evaluation.near_chance,
        "warnings": [asdict(found) for found in doubts(evaluation)],
        "input_range": data.input_range,
        "preprocessing": Preprocessing.of(data).to_dict(),
        **counts,
        "size_bytes": path.stat().st_size if path.is_file() else None,
    }


_Evaluated = tuple[DataSet, Evaluation, dict[str, Any]]


def _converted(model: str, data_name: str, options: DataOptions | None, context: JobContext) -> _Evaluated:
    context.progress(0.0, "Opening the model and the data")
    runner = open_runner(model)
    reading = context.section(0.05, 0.3).watch("Reading the data")
    data = load_for_model(data_name, model, runner.sample_shape, options, watch=reading)
    _warn(model, data, False, context)
    evaluation = evaluate_runner(runner, data, context.section(0.3, 1.0).watch("Testing the model"))
    layers = read_stored_layers(model)
    return (
        data,
        evaluation,
        {
            "parameters": sum(layer.parameters for layer in layers),
            "nonzero": sum(layer.nonzero for layer in layers),
            "unique": sum(layer.unique for layer in layers),
            "macs": sum(layer.macs for layer in layers),
        },
    )


def _keras(
    model_name: str,
    data_name: str,
    options: DataOptions | None,
    context: JobContext,
    *,
    allow_unsafe: bool,
) -> _Evaluated:
    from core.models.deterministic import start_tensorflow
    from core.models.input_scaling import inputs_of
    from core.models.keras_graph import graph_of_model
    from core.models.loading import check_model_file, load_keras
    from core.models.model_data import check_data, data_for_keras

    ends = check_model_file(model_name, allow_unsafe)
    reading = context.section(0.0, 0.02).watch("Reading the data")
    checked = check_data(ends, model_name, data_name, options, reading)
    context.progress(0.02, "Starting TensorFlow")
    start_tensorflow(0)
    context.check_cancelled()
    context.progress(0.6, "Opening the model and the data")
    model = load_keras(model_name, allow_unsafe)
    reading = context.section(0.6, 0.8).watch("Reading the data")
    data = data_for_keras(model, model_name, data_name, options, reading, checked)
    _warn(model_name, data, inputs_of(model) is not None, context)
    graph = graph_of_model(model)
    counts = {**_counts(graph), "parameters": int(model.count_params())}
    return data, evaluate_keras(model, data, context.section(0.8, 1.0).watch("Testing the model")), counts


def _warn(model: str, data: DataSet, model_tells: bool, context: JobContext) -> None:
    if warning := range_warning(model, data, model_tells):
        context.log(warning)


def _counts(graph: Graph) -> dict[str, Any]:
    kernels = [weight.data for op in graph.ops if (weight := graph.weight(op)) is not None]
    return {
        "nonzero": graph.nonzero,
        "unique": sum(int(np.unique(kernel).size) for kernel in kernels if kernel is not None),
        "macs": sum(macs(graph, op) for op in graph.ops),
    }
