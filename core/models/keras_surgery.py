"""Surgery on a Keras model: the same layers with fewer channels. For worker processes."""

from __future__ import annotations

from typing import Any

from codegen.graph import Conv2D, Dense, Graph
from core.compress.structured import Kept, prune_graph
from core.models.keras_graph import graph_of_model

#: The option that sets a layer's number of output channels.
_WIDTH = {"Conv2D": "filters", "Dense": "units"}


def keep_channels(model: Any, kept: Kept) -> Any:
    """A new Keras model with only the kept channels of each layer (by layer name).

    It computes exactly what `model` does with the weights and biases of the other channels at zero.
    """
    return with_weights_of(model, prune_graph(graph_of_model(model), kept))


def with_weights_of(model: Any, graph: Graph) -> Any:
    """A new Keras model of the layers of `model`, with the widths and the weights of `graph`.

    `graph` is float and has operators named after the layers, as `graph_of_model` makes it.
    """
    config = model.get_config()
    ops = {op.name: op for op in graph.ops if isinstance(op, Conv2D | Dense)}
    for layer in config["layers"]:
        layer.pop("build_config", None)  # shapes of before
        name, options = layer["config"]["name"], layer["config"]
        if name in ops:
            options[_WIDTH[layer["class_name"]]] = graph.tensors[ops[name].inputs[1]].shape[0]
        elif layer["class_name"] == "Reshape" and len(options["target_shape"]) == 1:
            options["target_shape"] = (-1,)
    config.pop("build_input_shape", None)
    rebuilt = type(model).from_config(config)
    for name, op in ops.items():
        _set_weights(rebuilt.get_layer(name), graph, op)
    return rebuilt


def _set_weights(layer: Any, graph: Graph, op: Conv2D | Dense) -> None:
    """From the Graph's layouts to Keras': [out, h, w, in] to [h, w, in, out], [out, in] to [in, out]."""
    kernel, bias = (graph.tensors[name].data for name in op.inputs[1:3])
    if kernel is None:
        raise ValueError(f"layer {op.name!r} has no weights")
    kernel = kernel.transpose(1, 2, 3, 0) if isinstance(op, Conv2D) else kernel.T
    layer.set_weights([kernel, bias] if layer.use_bias else [kernel])
