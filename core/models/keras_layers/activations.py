"""Activations: by name inside other layers, and as layers of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from codegen.graph import (
    Activation,
    Clip,
    Elu,
    Gelu,
    HardSigmoid,
    LeakyRelu,
    Op,
    PRelu,
    Relu,
    Softmax,
    Tensor,
)
from core.models.activation_names import ALIASES, PLAIN
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray
from core.models.keras_layers.converted import Converted, Converter, alone, constant, refuse

_Make = Callable[[str, tuple[str, ...], tuple[str, ...]], Op]

#: Those that an operator applies to its own output.
FUSED = {"linear": Activation.NONE, "relu": Activation.RELU, "relu6": Activation.RELU6}


def _hard_sigmoid(name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Op:
    """Keras 3: relu6(x + 3) / 6."""
    return HardSigmoid(name, inputs, outputs, 1.0 / 6.0, 0.5)


def _hard_tanh(name: str, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Op:
    return Clip(name, inputs, outputs, -1.0, 1.0)


#: Those that become an operator of their own, by Keras' names.
_OPERATORS: Mapping[str, _Make] = {
    **PLAIN,
    **ALIASES,
    "relu": Relu,
    "relu6": lambda name, inputs, outputs: Relu(name, inputs, outputs, Activation.RELU6),
    "softmax": Softmax,
    "elu": Elu,
    "leaky_relu": LeakyRelu,
    "gelu": Gelu,
    "hard_sigmoid": _hard_sigmoid,
    "hard_tanh": _hard_tanh,
}


def activation_name(layer: KerasLayer) -> str:
    """The activation in the layer's options. Raises ThimbleError ``unsupported-operator``."""
    value = layer.config.get("activation") or "linear"
    name = value["config"] if isinstance(value, dict) and isinstance(value.get("config"), str) else value
    if not isinstance(name, str) or name not in (*FUSED, *_OPERATORS):
        shown = name if isinstance(name, str) else name.get("class_name", "?")
        known = ", ".join(sorted({*FUSED, *_OPERATORS}))
        raise refuse(layer, f"uses the activation {shown}", f"use one of these: {known}")
    return name


def activation_op(name: str, op_name: str, source: str, output: str) -> Op:
    return _OPERATORS[name](op_name, (source,), (output,))


def activation(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    name = activation_name(layer)
    if name == "linear":
        return Converted((), (), sources[0].name)
    return alone(layer, activation_op(name, layer.name, sources[0].name, layer.name), sources[0].shape)


def relu(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    limit, slope = layer.config.get("max_value"), layer.config.get("negative_slope") or 0.0
    read, wrote = (sources[0].name,), (layer.name,)
    if layer.config.get("threshold") or (slope and limit):
        raise refuse(layer, "has a threshold, or a slope and a limit", "use ReLU() or ReLU(max_value=6)")
    if slope:
        return alone(layer, LeakyRelu(layer.name, read, wrote, float(slope)), sources[0].shape)
    if limit not in (None, 6):
        return alone(layer, Clip(layer.name, read, wrote, 0.0, float(limit)), sources[0].shape)
    kind = Activation.RELU if limit is None else Activation.RELU6
    return alone(layer, Relu(layer.name, read, wrote, kind), sources[0].shape)


def leaky_relu(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    slope = float(layer.config.get("negative_slope", layer.config.get("alpha", 0.3)))
    return alone(layer, LeakyRelu(layer.name, (sources[0].name,), (layer.name,), slope), sources[0].shape)


def elu(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    alpha = float(layer.config.get("alpha", 1.0))
    return alone(layer, Elu(layer.name, (sources[0].name,), (layer.name,), alpha), sources[0].shape)


def prelu(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    slope = constant(f"{layer.name}/alpha", weights[0])
    op = PRelu(layer.name, (sources[0].name, slope.name), (layer.name,))
    return alone(layer, op, sources[0].shape, slope)


def softmax(layer: KerasLayer, sources: Sequence[Tensor], weights: list[FloatArray]) -> Converted:
    if layer.config.get("axis", -1) not in (-1, len(sources[0].shape) - 1):
        raise refuse(layer, "works along another axis than the last", "use Softmax(axis=-1)")
    return alone(layer, Softmax(layer.name, (sources[0].name,), (layer.name,)), sources[0].shape)


CONVERTERS: dict[str, Converter] = {
    "Activation": activation,
    "ReLU": relu,
    "LeakyReLU": leaky_relu,
    "ELU": elu,
    "PReLU": prelu,
    "Softmax": softmax,
}
