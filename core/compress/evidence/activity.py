"""How often the channels of each layer are not zero. For worker processes, but for `activity_of_layers`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.compress.coupling import trace
from core.compress.criteria import Evidence
from core.compress.evidence.batches import Batches
from core.errors import ThimbleError
from core.models.keras_graph import graph_of_model

#: Activations that give exact zeros, by Keras' names.
_GIVE_ZEROS = frozenset({"relu", "relu6", "hard_sigmoid", "hard_silu", "hard_swish"})


def measure_activity(model: Any, batches: Batches) -> Evidence:
    """By layer the share of its outputs that are not zero after the activation, for each channel (0…1).

    Raises ThimbleError ``no-zeros`` when no layer has an activation that gives zeros.
    """
    import keras
    import tensorflow as tf

    graph = graph_of_model(model)
    layers = [layer for layer in model.layers if _gives_zeros(layer) and layer.name in graph.tensors]
    if not layers:
        raise ThimbleError(
            "no-zeros",
            "the criterion activation counts zeros, and no layer of the model gives any",
            "use ReLU activations, or another criterion such as l1",
        )
    watched = keras.Model(model.inputs[0], [layer.output for layer in layers])

    def shares(images: Any) -> Any:
        given = tf.nest.flatten(watched(images, training=False))
        return [
            tf.reduce_mean(tf.cast(tf.not_equal(values, 0.0), tf.float32), axis=list(range(values.ndim - 1)))
            + 0.0 * tf.reduce_sum(values)  # NaN is not zero, and must not count as activity
            for values in given
        ]

    compiled = tf.function(shares)
    sums = [np.zeros(layer.output.shape[-1], np.float64) for layer in layers]
    count = 0
    for images, _ in batches:
        for total, share in zip(sums, compiled(images), strict=True):
            total += share.numpy()
        count += 1
    names = [layer.name for layer in layers]
    return activity_of_layers(graph, {name: total / count for name, total in zip(names, sums, strict=True)})


def activity_of_layers(graph: Graph, measured: Mapping[str, npt.NDArray[np.float64]]) -> Evidence:
    """The activity of the channels that each layer with weights makes; NumPy alone.

    `measured` has the share of values other than zero along the last axis of some tensors. A channel has
    the mean of what was measured of it: a batch norm may lie between, and a residual sum may follow.
    Channels of which nothing was measured are never zero: 1.
    """
    coupling = trace(graph)
    sums, counts = np.zeros(len(coupling.fixed)), np.zeros(len(coupling.fixed))
    for name, shares in measured.items():
        np.add.at(sums, coupling.activations[name], shares)
        np.add.at(counts, coupling.activations[name], 1.0)
    activity = np.divide(sums, counts, out=np.ones_like(sums), where=counts > 0)
    return {layer: activity[made] for layer, made in coupling.makers.items()}


def _gives_zeros(layer: Any) -> bool:
    if type(layer).__name__ == "ReLU":
        return not layer.negative_slope
    return getattr(getattr(layer, "activation", None), "__name__", "") in _GIVE_ZEROS
