"""Questions about a Keras model in memory. For worker processes; Keras itself is not needed here."""

from __future__ import annotations

from typing import Any

from core.data.source import SampleShape
from core.errors import ThimbleError


def ends_in_softmax(model: Any) -> bool:
    """Whether the model's output is a softmax already, as a layer or as the last layer's activation.

    The engine tfmot wraps layers, and activations too.
    """
    last = getattr(model.layers[-1], "layer", model.layers[-1])
    activation = getattr(last, "activation", None)
    activation = getattr(activation, "activation", activation)
    return type(last).__name__ == "Softmax" or getattr(activation, "__name__", "") == "softmax"


def sample_shape(model: Any) -> SampleShape:
    """Shape of the input without the batch. Raises ThimbleError ``not-there-yet`` when it is open."""
    shape = tuple(model.input_shape[1:])
    if not shape or any(n is None for n in shape):
        raise ThimbleError(
            "not-there-yet",
            f"the input of the model {model.name!r} has an open shape {shape}",
            "give the model a fixed input shape",
        )
    return tuple(int(n) for n in shape)


def outputs(model: Any) -> int:
    """Length of the output vector: the number of classes.

    Raises ThimbleError ``not-there-yet`` for outputs that are not one number a class.
    """
    shape = tuple(model.output_shape)
    if len(shape) != 2 or shape[1] < 2:
        raise ThimbleError(
            "not-there-yet",
            f"the model {model.name!r} does not give one number for each class",
            "only models that end in one output for each class can be used so far",
        )
    return int(shape[1])


def parameters_by_layer(model: Any) -> dict[str, int]:
    """Weights and biases of each layer, as Keras counts them."""
    return {layer.name: int(layer.count_params()) for layer in model.layers}
