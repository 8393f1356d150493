"""Task: how good a model is on the test images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from codegen.graph import Graph, macs
from core.data import DataSet, check_fits, load_data
from core.evaluate import Evaluation, TfliteRunner, evaluate_keras, evaluate_tflite
from core.jobs.context import JobContext


def evaluate(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: model (`.keras`, ``zoo:NAME`` or `.tflite`), data.

    Result: model, data, samples, accuracy, macro_precision, loss, per_class (name, precision, recall,
    samples), classes, confusion (rows are the actual class), parameters, nonzero, unique (different
    values of the weights, summed over the layers), macs, and size_bytes (None for a built-in model).
    Raises ThimbleError. TensorFlow is not needed for `.tflite`.
    """
    model = str(params["model"])
    kind = _tflite if model.lower().endswith(".tflite") else _keras
    data, evaluation, counts = kind(model, str(params["data"]), context)
    context.progress(1.0, "Done")
    path = Path(model)
    return {
        "model": model,
        "data": str(params["data"]),
        **evaluation.to_dict(),
        "classes": list(data.class_names),
        **counts,
        "size_bytes": path.stat().st_size if path.is_file() else None,
    }


_Evaluated = tuple[DataSet, Evaluation, dict[str, Any]]


def _tflite(model: str, data_name: str, context: JobContext) -> _Evaluated:
    from core.models.tflite_weights import read_tflite_weights

    context.progress(0.05, "Opening the model and the data")
    data = load_data(data_name, TfliteRunner(model).input_shape[1:])

    def after_sample(done: int, total: int) -> None:
        context.check_cancelled()
        if done % 50 == 0:
            context.progress(0.1 + 0.9 * done / total, "Testing the model")

    evaluation = evaluate_tflite(model, data, after_sample)
    layers = read_tflite_weights(model)
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


def _keras(model_name: str, data_name: str, context: JobContext) -> _Evaluated:
    from core.models.deterministic import start_tensorflow
    from core.models.keras_graph import graph_of_model
    from core.models.keras_model import outputs, sample_shape
    from core.models.loading import check_model_file, load_keras

    check_model_file(model_name)
    context.progress(0.02, "Starting TensorFlow")
    start_tensorflow(0)
    context.check_cancelled()
    context.progress(0.6, "Opening the model and the data")
    model = load_keras(model_name)
    data = load_data(data_name, sample_shape(model))
    check_fits(data, sample_shape(model), outputs(model))
    context.progress(0.8, "Testing the model")
    graph = graph_of_model(model)
    counts = {**_counts(graph), "parameters": int(model.count_params())}
    return data, evaluate_keras(model, data), counts


def _counts(graph: Graph) -> dict[str, Any]:
    kernels = [weight.data for op in graph.ops if (weight := graph.weight(op)) is not None]
    return {
        "nonzero": graph.nonzero,
        "unique": sum(int(np.unique(kernel).size) for kernel in kernels if kernel is not None),
        "macs": sum(macs(graph, op) for op in graph.ops),
    }
