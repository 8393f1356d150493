"""Surgery on a Keras model: the same layers with fewer channels. For worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.compress.structured import Kept, prune_graph
from core.models.keras_graph import graph_of_model
from core.models.keras_layers.stored import STORED, WIDTHS, Config, Stored, stored_weights, weights_from

Array = npt.NDArray[Any]
_Options = Callable[[str, Graph], dict[str, Any]]


def keep_channels(model: Any, kept: Kept) -> Any:
    """A new Keras model with only the kept channels of each layer (by layer name).

    It computes exactly what `model` does with all that belongs to the other channels at zero.
    """
    return with_weights_of(model, prune_graph(graph_of_model(model), kept))


def with_weights_of(model: Any, graph: Graph) -> Any:
    """A new Keras model of the layers of `model`, with the widths and the weights of `graph`.

    `graph` is float and has constants named after the layers, as `graph_of_model` makes it.
    """
    config = model.get_config()
    for layer in config["layers"]:
        layer.pop("build_config", None)  # shapes of before
        if layer["class_name"] in _OPTIONS:
            layer["config"].update(_OPTIONS[layer["class_name"]](layer["config"]["name"], graph))
    config.pop("build_input_shape", None)
    rebuilt = type(model).from_config(config)
    for layer in rebuilt.layers:
        class_name = type(layer).__name__
        if class_name in STORED:
            layer.set_weights(weights_from(graph, layer.name, class_name, layer.get_config()))
    return rebuilt


@dataclass(frozen=True, slots=True)
class KerasKernel:
    """Where the kernel of an operator of the Graph lies in the Keras model: the number `place` of the
    weights of `layer`."""

    operator: str
    layer: Any
    place: int
    stored: Stored
    config: Config

    @property
    def variable(self) -> Any:
        return self.layer.weights[self.place]

    def to_graph(self, data: Array) -> Array:
        """An array in the layout of the Graph, from one in that of Keras."""
        return self.stored.to_graph(data, self.config)


def kernels_of(model: Any, graph: Graph) -> Iterator[KerasKernel]:
    """The kernels of all operators with weights, in the order of the layers."""
    ops = {op.inputs[1]: op.name for op in graph.ops if graph.weight(op) is not None}
    for layer in model.layers:
        config = layer.get_config()
        for place, stored in enumerate(stored_weights(type(layer).__name__, config)):
            owner = ops.get(f"{layer.name}/{stored.suffix}")
            if owner is not None:
                yield KerasKernel(owner, layer, place, stored, config)


def kernels_in_keras(
    model: Any, graph: Graph, by_operator: Mapping[str, Array]
) -> Iterator[tuple[str, int, Array]]:
    """Arrays that are laid out like the kernels of the Graph, in Keras' layout.

    Gives the layer's name, the kernel's place among the layer's weights, and the array.
    """
    for kernel in kernels_of(model, graph):
        if kernel.operator in by_operator:
            data = kernel.stored.to_keras(by_operator[kernel.operator], kernel.config)
            yield kernel.layer.name, kernel.place, data


def _width(option: str) -> _Options:
    return lambda name, graph: {option: graph.tensors[f"{name}/kernel"].shape[0]}


def _target_shape(name: str, graph: Graph) -> dict[str, Any]:
    return {"target_shape": graph.tensors[name].shape[1:]}


def _scales(name: str, graph: Graph) -> dict[str, Any]:
    """One number, or one a channel that is left."""
    values = {part: np.asarray(graph.tensors[f"{name}/{part}"].data).tolist() for part in ("scale", "offset")}
    return {part: value if len(value) > 1 else value[0] for part, value in values.items()}


#: The options that depend on how many channels are left, by Keras' class.
_OPTIONS: dict[str, _Options] = {
    **{class_name: _width(option) for class_name, option in WIDTHS.items()},
    "Reshape": _target_shape,
    "Rescaling": _scales,
}
