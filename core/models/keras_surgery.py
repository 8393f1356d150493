"""Surgery on a Keras model: the same layers with fewer channels. For worker processes."""

from __future__ import annotations

from typing import Any

from codegen.graph import Graph
from core.compress.structured import Kept, prune_graph
from core.models.keras_graph import graph_of_model
from core.models.keras_layers.stored import STORED, WIDTHS, weights_from


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
        _set_width(layer["class_name"], layer["config"], graph)
    config.pop("build_input_shape", None)
    rebuilt = type(model).from_config(config)
    for layer in rebuilt.layers:
        class_name = type(layer).__name__
        if class_name in STORED:
            layer.set_weights(weights_from(graph, layer.name, class_name, layer.get_config()))
    return rebuilt


def _set_width(class_name: str, options: dict[str, Any], graph: Graph) -> None:
    name = options["name"]
    if class_name in WIDTHS:
        options[WIDTHS[class_name]] = graph.tensors[f"{name}/kernel"].shape[0]
    elif class_name == "Reshape":
        options["target_shape"] = graph.tensors[name].shape[1:]
