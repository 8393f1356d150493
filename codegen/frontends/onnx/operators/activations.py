"""Operators of one input, element by element: the layout does not matter to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.arithmetic import combined
from codegen.frontends.onnx.value import Activation, Constant, Value
from codegen.graph import (
    Abs,
    Acos,
    Acosh,
    Add,
    Asin,
    Asinh,
    Atan,
    Atanh,
    Ceil,
    Clip,
    Cos,
    Cosh,
    Div,
    DType,
    Elu,
    Erf,
    Exp,
    Floor,
    Gelu,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    Log,
    Maximum,
    Minimum,
    Mul,
    Neg,
    PRelu,
    Relu,
    Round,
    Shrink,
    Sigmoid,
    Sign,
    Silu,
    Sin,
    Sinh,
    Sqrt,
    Tan,
    Tanh,
    ThresholdedRelu,
    Unary,
)
from codegen.graph import (
    Activation as Clamp,
)

_SELU = (1.67326319217681884765625, 1.05070102214813232421875)


def mapped(
    builder: Builder, node: Node, value: Activation, kind: type[Unary], suffix: str = "", **options: Any
) -> Activation:
    """`kind` of each element, wherever it is stored."""
    tensor = builder.emit(node, kind, (value.tensor,), builder.tensors[value.tensor].shape, suffix, **options)
    return replace(value, tensor=tensor)


def _number(value: float) -> Constant:
    return Constant(np.full((), value, np.float32))


def _simple(kind: type[Unary], **defaults: float) -> Callable[[Builder, Node], Value]:
    """A reader of an operator whose options are numbers with these defaults."""

    def read(builder: Builder, node: Node) -> Value:
        options: dict[str, Any] = {name: node.number(name, default) for name, default in defaults.items()}
        return mapped(builder, node, builder.real(node), kind, **options)

    return read


def relu(builder: Builder, node: Node) -> Value:
    return mapped(builder, node, builder.real(node), Relu)


def clip(builder: Builder, node: Node) -> Value:
    """Between two constants, either of which may be left out; 0 to 6 is a ReLU6."""
    value = builder.activation(node)
    if builder.tensors[value.tensor].dtype is not DType.FLOAT32 or _computes_limits(builder, node):
        return _clip_numbers(builder, node, value)
    low = float(_limit(builder, node, 1, float("-inf")))
    high = float(_limit(builder, node, 2, float("inf")))
    if (low, high) == (0.0, float("inf")):
        return mapped(builder, node, value, Relu)
    if (low, high) == (0.0, 6.0):
        return mapped(builder, node, value, Relu, activation=Clamp.RELU6)
    # As in ONNX Runtime: where the limits are crossed, everything is the upper one.
    return mapped(builder, node, value, Clip, low=min(low, high), high=high)


def _computes_limits(builder: Builder, node: Node) -> bool:
    given = [builder.value(node, n) for n in (1, 2) if node.has_input(n)]
    return any(isinstance(value, Activation) for value in given)


def _clip_numbers(builder: Builder, node: Node, value: Activation) -> Value:
    """Integers, or limits that are computed."""
    if node.has_input(1):
        value = combined(builder, node, Maximum, value, builder.value(node, 1), "_low")
    if node.has_input(2):
        value = combined(builder, node, Minimum, value, builder.value(node, 2))
    return value


def _limit(builder: Builder, node: Node, index: int, default: float) -> float:
    if not node.has_input(index):
        return default
    data = builder.constant(node, index)
    if data.size != 1:
        raise node.broken(f"has a limit of the shape {list(data.shape)}")
    return float(data.ravel()[0])


def p_relu(builder: Builder, node: Node) -> Value:
    """The slopes are broadcast over the input and never change its shape."""
    value = builder.unscrambled(node, builder.real(node))
    given = builder.known(node, 1)
    slope = given.data
    if slope.dtype != np.float32 or slope.ndim > value.rank:
        raise node.broken(f"has slopes {list(slope.shape)} of {slope.dtype.name}")
    whole = slope.reshape((1,) * (value.rank - slope.ndim) + slope.shape)
    scale = given.quantization if given.quantization and given.quantization.axis is None else None
    slopes = builder.add_constant(f"{node.name}_slope", whole.transpose(value.order), scale)
    return replace(value, tensor=builder.emit(node, PRelu, (value.tensor, slopes), value.stored_shape))


def gelu(builder: Builder, node: Node) -> Value:
    how = node.text("approximate", "none")
    if how not in ("none", "tanh"):
        raise node.broken(f"approximates by {how!r}")
    return mapped(builder, node, builder.real(node), Gelu, approximate=how == "tanh")


def swish(builder: Builder, node: Node) -> Value:
    """x · sigmoid(alpha · x)."""
    value, alpha = builder.real(node), node.number("alpha", 1.0)
    if alpha == 1.0:
        return mapped(builder, node, value, Silu)
    scaled = combined(builder, node, Mul, value, _number(alpha), "_scaled")
    return combined(builder, node, Mul, value, mapped(builder, node, scaled, Sigmoid, "_sigmoid"))


def selu(builder: Builder, node: Node) -> Value:
    """gamma · elu(x, alpha)."""
    alpha, gamma = node.number("alpha", _SELU[0]), node.number("gamma", _SELU[1])
    value = mapped(builder, node, builder.real(node), Elu, "_elu", alpha=alpha)
    return combined(builder, node, Mul, value, _number(gamma))


def softplus(builder: Builder, node: Node) -> Value:
    return _softplus(builder, node, builder.real(node))


def _softplus(builder: Builder, node: Node, value: Activation, suffix: str = "") -> Activation:
    """log(1 + exp(x)) = max(x, 0) + log(1 + exp(−|x|)), which does not overflow."""
    size = mapped(builder, node, value, Abs, "_abs")
    power = mapped(builder, node, mapped(builder, node, size, Neg, "_neg"), Exp, "_exp")
    log = mapped(builder, node, combined(builder, node, Add, power, _number(1.0), "_one"), Log, "_log")
    return combined(builder, node, Add, mapped(builder, node, value, Relu, "_relu"), log, suffix)


def mish(builder: Builder, node: Node) -> Value:
    """x · tanh(softplus(x))."""
    value = builder.real(node)
    soft = _softplus(builder, node, value, "_softplus")
    return combined(builder, node, Mul, value, mapped(builder, node, soft, Tanh, "_tanh"))


def softsign(builder: Builder, node: Node) -> Value:
    """x / (1 + |x|)."""
    value = builder.real(node)
    size = mapped(builder, node, value, Abs, "_abs")
    return combined(builder, node, Div, value, combined(builder, node, Add, size, _number(1.0), "_one"))


def reciprocal(builder: Builder, node: Node) -> Value:
    return combined(builder, node, Div, _number(1.0), builder.real(node))


def celu(builder: Builder, node: Node) -> Value:
    """max(0, x) + min(0, alpha · (exp(x / alpha) − 1)) = alpha · elu(x / alpha)."""
    value, alpha = builder.real(node), node.number("alpha", 1.0)
    scaled = combined(builder, node, Mul, value, _number(1 / alpha), "_scaled")
    return combined(builder, node, Mul, mapped(builder, node, scaled, Elu, "_elu"), _number(alpha))


def shrink(builder: Builder, node: Node) -> Value:
    """x + bias below −lambd, x − bias above lambd, else 0."""
    value, bias, lambd = builder.real(node), node.number("bias", 0.0), node.number("lambd", 0.5)
    return mapped(builder, node, value, Shrink, bias=bias, lambd=lambd)


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Relu": relu,
    "Clip": clip,
    "LeakyRelu": _simple(LeakyRelu, alpha=0.01),
    "PRelu": p_relu,
    "Elu": _simple(Elu, alpha=1.0),
    "Selu": selu,
    "Celu": celu,
    "Sigmoid": _simple(Sigmoid),
    "HardSigmoid": _simple(HardSigmoid, alpha=0.2, beta=0.5),
    "HardSwish": _simple(HardSwish),
    "Swish": swish,
    "Mish": mish,
    "Gelu": gelu,
    "Tanh": _simple(Tanh),
    "Softplus": softplus,
    "Softsign": softsign,
    "Shrink": shrink,
    "Exp": _simple(Exp),
    "Log": _simple(Log),
    "Sqrt": _simple(Sqrt),
    "Abs": _simple(Abs),
    "Neg": _simple(Neg),
    "Reciprocal": reciprocal,
    "ThresholdedRelu": _simple(ThresholdedRelu, alpha=1.0),
    "Sin": _simple(Sin),
    "Cos": _simple(Cos),
    "Tan": _simple(Tan),
    "Asin": _simple(Asin),
    "Acos": _simple(Acos),
    "Atan": _simple(Atan),
    "Sinh": _simple(Sinh),
    "Cosh": _simple(Cosh),
    "Asinh": _simple(Asinh),
    "Acosh": _simple(Acosh),
    "Atanh": _simple(Atanh),
    "Erf": _simple(Erf),
    "Floor": _simple(Floor),
    "Ceil": _simple(Ceil),
    "Round": _simple(Round),
    "Sign": _simple(Sign),
}
