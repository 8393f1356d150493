"""Questions about a Keras model in memory. For worker processes; Keras itself is not needed here."""

from __future__ import annotations

from typing import Any


def ends_in_softmax(model: Any) -> bool:
    """Whether the model's output is a softmax already, as a layer or as the last layer's activation."""
    last = model.layers[-1]
    activation = getattr(last, "activation", None)
    return type(last).__name__ == "Softmax" or getattr(activation, "__name__", "") == "softmax"


def input_shape(model: Any) -> tuple[int, ...]:
    """Shape of one input, without the batch."""
    return tuple(int(n) for n in model.input_shape[1:])


def outputs(model: Any) -> int:
    """Length of the output vector: the number of classes."""
    return int(model.output_shape[-1])
