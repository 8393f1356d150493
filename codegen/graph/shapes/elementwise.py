"""Operators that work element by element, or along the last axis, and keep the shape."""

from __future__ import annotations

from codegen.graph import functions, logic, operators, squares
from codegen.graph.operators import Binary, LogSoftmax, Op, PRelu, Softmax
from codegen.graph.shapes.rule import Rule, Shapes


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of both together as in NumPy, or None when they do not fit."""
    rank = max(len(a), len(b))
    pairs = zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True)
    both = [max(pair) if min(pair) in (1, max(pair)) else 0 for pair in pairs]
    return None if 0 in both else tuple(both)


def _binary(op: Binary, shapes: Shapes) -> None:
    shapes.require_inputs(2)
    a, b = (tensor.shape for tensor in shapes.inputs)
    shapes.require(shapes.result == broadcast(a, b), f"with {b}")


def _same(op: Op, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(shapes.source == shapes.result)


def _prelu(op: PRelu, shapes: Shapes) -> None:
    shapes.require_inputs(2)
    slope = shapes.inputs[1]
    shapes.require(slope.is_constant, "without constant slopes")
    shapes.require(shapes.source == shapes.result == broadcast(shapes.source, slope.shape))


def _select(op: logic.Select, shapes: Shapes) -> None:
    shapes.require_inputs(3)
    condition, a, b = (tensor.shape for tensor in shapes.inputs)
    both = broadcast(a, b)
    shapes.require(both is not None and shapes.result == broadcast(condition, both), f"with {a} and {b}")


_BINARY = (
    operators.Add,
    operators.Sub,
    operators.Mul,
    operators.Div,
    operators.Minimum,
    operators.Maximum,
    logic.Compare,
    logic.Bitwise,
    logic.Power,
    logic.Mod,
    squares.SquaredDifference,
)

_UNARY = (
    operators.Relu,
    operators.LeakyRelu,
    operators.Elu,
    operators.Sigmoid,
    operators.HardSigmoid,
    operators.HardSwish,
    operators.Silu,
    operators.Gelu,
    operators.Tanh,
    operators.Exp,
    operators.Log,
    operators.Sqrt,
    operators.Abs,
    operators.Neg,
    operators.Clip,
    operators.Quantize,
    operators.Dequantize,
    logic.Not,
    logic.Cast,
    functions.Sin,
    functions.Cos,
    functions.Tan,
    functions.Asin,
    functions.Acos,
    functions.Atan,
    functions.Sinh,
    functions.Cosh,
    functions.Asinh,
    functions.Acosh,
    functions.Atanh,
    functions.Erf,
    functions.Floor,
    functions.Ceil,
    functions.Round,
    functions.Sign,
    functions.ThresholdedRelu,
    functions.Shrink,
    functions.IsNan,
    functions.IsInf,
    squares.Rsqrt,
)

RULES: dict[type, Rule] = {
    **dict.fromkeys(_BINARY, _binary),
    **dict.fromkeys((*_UNARY, Softmax, LogSoftmax), _same),
    PRelu: _prelu,
    logic.Select: _select,
}
