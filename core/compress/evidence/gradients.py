"""The mean absolute gradient of the loss for each weight. For worker processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from core.compress.criteria import Evidence
from core.compress.evidence.batches import Batches
from core.compress.finetune import loss_of
from core.models.keras_graph import graph_of_model
from core.models.keras_surgery import kernels_of


def measure_gradients(model: Any, batches: Batches) -> Evidence:
    """By operator the mean of |dL/dw| over the batches, in the shape of its kernel in the Graph.

    L is the cross-entropy of a batch; the network runs as in use: no dropout, fixed batch norms.
    """
    import tensorflow as tf

    kernels = tuple(kernels_of(model, graph_of_model(model)))
    variables = [kernel.variable.value for kernel in kernels]
    loss_function = loss_of(model)

    def sizes(images: Any, labels: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(variables)  # those of frozen layers too
            loss = loss_function(labels, model(images, training=False))
        return [tf.abs(tf.convert_to_tensor(gradient)) for gradient in tape.gradient(loss, variables)]

    compiled = tf.function(sizes)
    sums = [np.zeros(variable.shape, np.float64) for variable in variables]
    count = 0
    for images, labels in batches:
        for total, gradient in zip(sums, compiled(images, labels), strict=True):
            total += gradient.numpy()
        count += 1
    return {
        kernel.operator: kernel.to_graph(total / count) for kernel, total in zip(kernels, sums, strict=True)
    }
