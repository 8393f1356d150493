"""Operators that make an axis shorter by reducing it."""

from __future__ import annotations

from codegen.graph.operators import ArgMax, ArgMin, Mean, Reduce, ReduceMax, ReduceMin, ReduceProd, ReduceSum
from codegen.graph.shapes.rule import Rule, Shapes


def _left(source: tuple[int, ...], axes: tuple[int, ...], keep_dims: bool) -> tuple[int, ...]:
    if keep_dims:
        return tuple(1 if axis in axes else n for axis, n in enumerate(source))
    return tuple(n for axis, n in enumerate(source) if axis not in axes)


def _reduce(op: Reduce, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(bool(op.axes) and list(op.axes) == sorted(set(op.axes)), "along axes in no order")
    for axis in op.axes:
        shapes.require_axis(axis)
    shapes.require(shapes.result == _left(shapes.source, op.axes, op.keep_dims))


def _arg_max(op: ArgMax, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require_axis(op.axis)
    shapes.require(shapes.result == _left(shapes.source, (op.axis,), op.keep_dims))


RULES: dict[type, Rule] = {
    **dict.fromkeys((Mean, ReduceMax, ReduceMin, ReduceProd, ReduceSum), _reduce),
    ArgMax: _arg_max,
    ArgMin: _arg_max,
}
