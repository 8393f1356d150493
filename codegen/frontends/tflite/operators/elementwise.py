"""Operators that work element by element or along the last axis."""

from __future__ import annotations

from codegen.frontends.tflite.site import Site
from codegen.frontends.tflite.steps import Reader
from codegen.graph import (
    Abs,
    Activation,
    Add,
    Clip,
    Dequantize,
    Div,
    Elu,
    Exp,
    Gelu,
    HardSwish,
    LeakyRelu,
    Log,
    LogSoftmax,
    Maximum,
    Minimum,
    Mul,
    Neg,
    Op,
    PRelu,
    Quantize,
    Relu,
    Rsqrt,
    Sigmoid,
    Softmax,
    Sqrt,
    SquaredDifference,
    Sub,
    Tanh,
)


def _plain(made: type[Op]) -> Reader:
    """An operator without options."""
    return lambda site: made(site.layer, *site.names())


def _arithmetic(made: type[Add] | type[Sub] | type[Mul] | type[Div]) -> Reader:
    return lambda site: made(site.layer, *site.names(), site.activation())


def _leaky_relu(site: Site) -> Op:
    return LeakyRelu(site.layer, *site.names(), float(site.options.alpha))


def _gelu(site: Site) -> Op:
    return Gelu(site.layer, *site.names(), bool(site.options.approximate))


def _square(site: Site) -> Op:
    (source,), outputs = site.names()
    return Mul(site.layer, (source, source), outputs)


def _softmax(site: Site) -> Op:
    return Softmax(site.layer, *site.names(), float(site.options.beta))


READERS: dict[str, Reader] = {
    "ADD": _arithmetic(Add),
    "SUB": _arithmetic(Sub),
    "MUL": _arithmetic(Mul),
    "DIV": _arithmetic(Div),
    "SQUARED_DIFFERENCE": _plain(SquaredDifference),
    "SQUARE": _square,
    "MINIMUM": _plain(Minimum),
    "MAXIMUM": _plain(Maximum),
    "RELU": lambda site: Relu(site.layer, *site.names(), Activation.RELU),
    "RELU6": lambda site: Relu(site.layer, *site.names(), Activation.RELU6),
    "RELU_N1_TO_1": lambda site: Clip(site.layer, *site.names(), -1.0, 1.0),
    "RELU_0_TO_1": lambda site: Clip(site.layer, *site.names(), 0.0, 1.0),
    "LEAKY_RELU": _leaky_relu,
    "PRELU": _plain(PRelu),
    "ELU": _plain(Elu),
    "LOGISTIC": _plain(Sigmoid),
    "HARD_SWISH": _plain(HardSwish),
    "GELU": _gelu,
    "TANH": _plain(Tanh),
    "EXP": _plain(Exp),
    "LOG": _plain(Log),
    "SQRT": _plain(Sqrt),
    "RSQRT": _plain(Rsqrt),
    "ABS": _plain(Abs),
    "NEG": _plain(Neg),
    "QUANTIZE": _plain(Quantize),
    "DEQUANTIZE": _plain(Dequantize),
    "SOFTMAX": _softmax,
    "LOG_SOFTMAX": _plain(LogSoftmax),
}
