"""Questions about a Keras model in memory. For worker processes; Keras itself is not needed here."""

from __future__ import annotations

from typing import Any

from core.data.source import SampleShape
from core.errors import ThimbleError

#: Layers that hand on what they get, if in another shape.
_HANDS_ON = ("Reshape", "Flatten", "Identity", "Dropout")
#: Activations that keep an output from growing with its class, by Keras' names.
_BOUNDED = (
    "sigmoid",
    "hard_sigmoid",
    "sparse_sigmoid",
    "tanh",
    "hard_tanh",
    "soft_sign",
    "softsign",
    "relu6",
)


def ends_in_softmax(model: Any) -> bool:
    """Whether the model's output is a softmax already, as a layer or as a layer's activation."""
    return _last_activation(model) == "softmax"


def check_learns_classes(model: Any) -> None:
    """Raise ThimbleError ``cannot-learn-classes`` for outputs that are neither a softmax nor free numbers,
    of which one could be taken."""
    last = _last_activation(model)
    if last in _BOUNDED:
        raise ThimbleError(
            "cannot-learn-classes",
            f"the model {model.name!r} ends in {last}; Thimble trains what tells classes apart by a softmax",
            "end the model in a softmax or without an activation, or use a recipe that trains nothing",
        )


def _last_activation(model: Any) -> str:
    """Keras' name of what the outputs went through last, behind layers that hand it on."""
    for layer in reversed(model.layers):
        kind, activation = _of_layer(layer)
        if kind not in _HANDS_ON and (kind, activation) != ("Activation", "linear"):
            return activation
    return "linear"


def _of_layer(layer: Any) -> tuple[str, str]:
    """Kind and activation. Fake quantization wraps a layer as its `inner` one and takes the activation on
    itself; the engine tfmot wraps layers, and activations too."""
    inner = getattr(layer, "inner", getattr(layer, "layer", layer))
    activation = getattr(layer if hasattr(layer, "inner") else inner, "activation", None)
    activation = getattr(activation, "activation", activation)
    kind = type(inner).__name__
    return kind, "softmax" if kind == "Softmax" else getattr(activation, "__name__", "linear")


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
