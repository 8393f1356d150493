"""A `.keras` file as a float Graph, with NumPy and h5py alone: for previews and for pruning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.graph import DType, Graph, Op, Tensor, verify
from core.errors import ThimbleError
from core.models.keras_config import KerasLayer, KerasNetwork, parse_network
from core.models.keras_file import FloatArray, read_network, read_weights
from core.models.keras_layers import CONVERTERS, Converted, joints

_INPUT = "InputLayer"

Weights = Mapping[str, list[FloatArray]]


def read_keras_graph(path: str | Path) -> Graph:
    """The float Graph of a `.keras` file: NHWC, batch 1, operators named after the layers.

    Raises ThimbleError ``missing-file``, ``bad-model``, ``unsafe-model``, or ``unsupported-operator``
    with the layer, its class and what to use instead.
    """
    network = read_network(path)
    return graph_of_network(network, read_weights(path, network))


def graph_of_model(model: Any) -> Graph:
    """The float Graph of a Keras model in memory. For worker processes."""
    network = network_of_model(model)
    weights = {
        layer.name: [np.asarray(w, np.float32) for w in layer_at(model, layer.path).get_weights()]
        for layer in network.layers
        if layer.class_name != _INPUT
    }
    return graph_of_network(network, weights)


def network_of_model(model: Any) -> KerasNetwork:
    """The network of a Keras model in memory, with models inside it unfolded."""
    described = {"class_name": type(model).__name__, "config": model.get_config()}
    return parse_network(described, str(model.name))


def layer_at(model: Any, path: Sequence[str]) -> Any:
    """The layer of a Keras model to which the names in `path` lead, through the models inside it."""
    for name in path:
        model = model.get_layer(name)
    return model


def check_layers(network: KerasNetwork) -> None:
    """Raise ThimbleError ``unsupported-operator`` for the first layer that cannot be compiled."""
    for layer in network.layers:
        if layer.class_name not in CONVERTERS and layer.class_name != _INPUT:
            raise _unsupported(layer)


def graph_of_network(network: KerasNetwork, weights: Weights) -> Graph:
    """The Graph of a network with these weights (Keras' layouts, by layer name)."""
    check_layers(network)
    tensors: dict[str, Tensor] = {}
    ops: list[Op] = []
    output_of: dict[str, str] = {}  # layer -> tensor; dropped layers pass their input's on
    for layer in network.layers:
        sources = [tensors[output_of[name]] for name in layer.inputs]
        converted = _convert(layer, sources, weights.get(layer.name, []))
        ops.extend(converted.ops)
        tensors.update((tensor.name, tensor) for tensor in converted.tensors)
        output_of[layer.name] = converted.output
    graph = Graph(
        network.name,
        tensors,
        tuple(ops),
        tuple(output_of[name] for name in network.inputs),
        tuple(output_of[name] for name in network.outputs),
    )
    try:
        return verify(graph.pruned())
    except CodegenError as error:
        raise ThimbleError(
            "bad-model", f"the model does not fit together: {error.what}", "save the model again"
        ) from error


def _convert(layer: KerasLayer, sources: list[Tensor], weights: list[FloatArray]) -> Converted:
    if layer.class_name == _INPUT:
        return _input(layer)
    if not sources or (len(sources) > 1 and layer.class_name not in joints.CONVERTERS):
        raise _unsupported(layer)
    try:
        return CONVERTERS[layer.class_name](layer, sources, weights)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
        raise ThimbleError(
            "bad-model",
            f"layer {layer.name!r} ({layer.class_name}) is not described as expected ({error})",
            "save the model again with Keras 3",
        ) from error


def _input(layer: KerasLayer) -> Converted:
    batch_shape = layer.config.get("batch_shape") or layer.config["batch_input_shape"]
    shape = tuple(batch_shape[1:])
    if not shape or any(n is None for n in shape):
        raise ThimbleError(
            "unsupported-operator",
            f"the input {layer.name!r} has an open shape {tuple(batch_shape)}",
            "give the model a fixed input shape",
        )
    tensor = Tensor(layer.name, (1, *(int(n) for n in shape)), DType.FLOAT32)
    return Converted((), (tensor,), tensor.name)


def _unsupported(layer: KerasLayer) -> ThimbleError:
    return ThimbleError(
        "unsupported-operator",
        f"layer {layer.name!r} is a {layer.class_name}, which is not there yet",
        "give what it computes, model.export('folder'), whose layers are rebuilt; or use these:"
        f" {', '.join(CONVERTERS)}",
    )
