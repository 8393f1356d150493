"""What int8 makes of each kind of layer: which numbers get a range of their own, which weights a grid.

After TensorFlow Lite's quantization specification: weights are symmetric with a scale for each output
channel, activations have one scale and zero point a tensor, and layers that only move numbers keep those of
their input. A new kind of layer is a line in `RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from core.errors import ThimbleError
from core.models.keras_config import KerasLayer
from core.models.keras_layers.activations import FUSED, activation_name
from core.models.keras_layers.movements import CONVERTERS as MOVEMENTS


class Result(Enum):
    """Where the scale of a layer's output comes from."""

    OWN = "a range of its own"
    INPUT = "the range of its input"
    FIXED = "the specification"


class Parts(Enum):
    """What a layer computes one after the other, as far as a range stands in between."""

    ONE = "one operator"
    SEPARABLE = "a depthwise convolution, then one of single pixels"
    AFFINE = "a product, then a sum"


@dataclass(frozen=True, slots=True)
class Grid:
    """A weight in Keras' order, and the axes over which a scale is common."""

    place: int
    axes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    result: Result = Result.OWN
    grids: tuple[Grid, ...] = ()
    parts: Parts = Parts.ONE
    #: Kinds that become part of this layer's operator where they alone read what it gives.
    takes_in: frozenset[str] = frozenset()


_RELU = "ReLU"
_NORM = "BatchNormalization"
_MOVES = Rule(Result.INPUT)
_JOINS = Rule(takes_in=frozenset({_RELU}))


def _weighted(*axes: int) -> Rule:
    return Rule(grids=(Grid(0, axes),), takes_in=frozenset({_RELU, _NORM}))


#: By Keras' class.
RULES: dict[str, Rule] = {
    "Conv2D": _weighted(0, 1, 2),
    "Conv1D": _weighted(0, 1),
    "Dense": _weighted(0),
    "DepthwiseConv2D": _weighted(0, 1),
    "SeparableConv2D": Rule(
        grids=(Grid(0, (0, 1)), Grid(1, (0, 1, 2))),
        parts=Parts.SEPARABLE,
        takes_in=frozenset({_RELU, _NORM}),
    ),
    # What a layer before it takes in has no parts left.
    _NORM: Rule(parts=Parts.AFFINE, takes_in=frozenset({_RELU})),
    "Rescaling": Rule(parts=Parts.AFFINE, takes_in=frozenset({_RELU})),
    _RELU: Rule(),
    "Activation": Rule(),  # as its function says
    "LeakyReLU": Rule(),
    "ELU": Rule(),
    "PReLU": Rule(),
    "Softmax": Rule(Result.FIXED),
    "Add": _JOINS,
    "Subtract": _JOINS,
    "Multiply": _JOINS,
    "Maximum": Rule(),
    "Minimum": Rule(),
    "Concatenate": Rule(),
    "GlobalAveragePooling2D": Rule(),
    "GlobalAveragePooling1D": Rule(),
    "GlobalMaxPooling2D": _MOVES,
    "GlobalMaxPooling1D": _MOVES,
    "MaxPooling2D": _MOVES,
    "MaxPooling1D": _MOVES,
    "AveragePooling2D": _MOVES,
    "AveragePooling1D": _MOVES,
    **dict.fromkeys(MOVEMENTS, _MOVES),
}

#: Activations that are operators of their own, and where the scale of their output comes from.
ACTIVATIONS: dict[str, Result] = {
    "softmax": Result.FIXED,
    "log_softmax": Result.FIXED,
    "sigmoid": Result.FIXED,
    "tanh": Result.FIXED,
    "elu": Result.OWN,
    "leaky_relu": Result.OWN,
    "silu": Result.OWN,
    "swish": Result.OWN,
    "gelu": Result.OWN,
    "exponential": Result.OWN,
    "hard_silu": Result.OWN,
    "hard_swish": Result.OWN,
}


def rule_of(layer: KerasLayer) -> Rule:
    """The rule of a layer. Raises ThimbleError ``cannot-train-quantized``."""
    rule = RULES.get(layer.class_name)
    if rule is None:
        raise _refused(layer, "has no form with fake quantization")
    return rule


def activation_of(layer: KerasLayer) -> str:
    """The name of the function that a layer applies at its end: ``linear`` where there is none.

    Raises ThimbleError ``cannot-train-quantized`` for one that int8 does not have.
    """
    name = activation_name(layer)
    if name not in FUSED and name not in ACTIVATIONS:
        raise _refused(layer, f"uses the activation {name}, which has no form in int8")
    return name


def result_of(layer: KerasLayer) -> Result:
    """Where the scale of what a layer gives comes from. Raises as `rule_of` and `activation_of` do."""
    name = activation_of(layer)
    return rule_of(layer).result if name in FUSED else ACTIVATIONS[name]


def applies_apart(layer: KerasLayer) -> bool:
    """Whether the activation is an operator of its own behind that of the layer."""
    return layer.class_name != "Activation" and activation_of(layer) not in FUSED


def takes_in(layer: KerasLayer, following: KerasLayer) -> bool:
    """Whether `following`, which alone reads what `layer` gives, becomes part of its operator."""
    return activation_of(layer) == "linear" and _kind(following) in rule_of(layer).takes_in


def _kind(layer: KerasLayer) -> str:
    """The class of a layer; an Activation that is a ReLU counts as one, and a leaky ReLU does not."""
    if layer.class_name == "Activation" and activation_of(layer) in ("relu", "relu6"):
        return _RELU
    if layer.class_name == _RELU and layer.config.get("negative_slope"):
        return "LeakyReLU"
    return layer.class_name


def _refused(layer: KerasLayer, why: str) -> ThimbleError:
    return ThimbleError(
        "cannot-train-quantized",
        f"layer {layer.name!r} ({layer.class_name}) {why}",
        'use mode = "ptq" without finetune_epochs in [quantize], or another layer in its place',
    )
