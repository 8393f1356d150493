"""Questions about a Keras model in memory. For worker processes; Keras itself is not needed here."""

from __future__ import annotations

from typing import Any

from core.data.source import ImageShape
from core.errors import ThimbleError


def ends_in_softmax(model: Any) -> bool:
    """Whether the model's output is a softmax already, as a layer or as the last layer's activation."""
    last = model.layers[-1]
    activation = getattr(last, "activation", None)
    return type(last).__name__ == "Softmax" or getattr(activation, "__name__", "") == "softmax"


def image_shape(model: Any) -> ImageShape:
    """Height, width and channels of the input. Raises ThimbleError ``not-there-yet`` for other inputs."""
    shape = tuple(model.input_shape[1:])
    if len(shape) != 3:
        raise ThimbleError(
            "not-there-yet",
            f"the model {model.name!r} does not take images (its input has {len(shape)} dimensions)",
            "only models whose input is height × width × channels can be used so far",
        )
    height, width, channels = (int(n) for n in shape)
    return height, width, channels


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
