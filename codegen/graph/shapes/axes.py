"""Operators along one axis."""

from __future__ import annotations

from codegen.graph.axes import CumSum, Hardmax, Resample, Stored, Take
from codegen.graph.shapes.rule import Rule, Shapes
from codegen.graph.tensor import DType


def _cum_sum(op: CumSum, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require_axis(op.axis)
    shapes.require(shapes.source == shapes.result)


def _hardmax(op: Hardmax, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(bool(shapes.source) and shapes.source == shapes.result)


def _along(shapes: Shapes, axis: int, count: int) -> None:
    """The result has `count` elements along `axis`, and is like the source along the others."""
    shapes.require_axis(axis)
    source = shapes.source
    shapes.require(shapes.result == (*source[:axis], count, *source[axis + 1 :]))


def _take(op: Take, shapes: Shapes) -> None:
    shapes.require_inputs(2)
    places = shapes.inputs[1]
    shapes.require(places.data is not None and len(places.shape) == 1, "with places that are no list")
    shapes.require(places.dtype is DType.INT32, "with places that are not int32")
    _along(shapes, op.axis, places.elements)
    if places.data is not None:
        inside = places.data.min() >= -1 and places.data.max() < shapes.source[op.axis]
        shapes.require(bool(inside), "with places outside")


def _resample(op: Resample, shapes: Shapes) -> None:
    shapes.require_inputs(3)
    weights, first = shapes.inputs[1:]
    constant = weights.is_constant and first.data is not None and first.dtype is DType.INT32
    shapes.require(constant and len(weights.shape) == 2, "with odd weights")
    shapes.require(first.shape == weights.shape[:1], "with weights for other places")
    _along(shapes, op.axis, first.elements)
    if first.data is not None:
        last = int(first.data.max()) + weights.shape[1]
        shapes.require(first.data.min() >= 0 and last <= shapes.source[op.axis], "with places outside")


def _stored(op: Stored, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(shapes.source == shapes.result)


RULES: dict[type, Rule] = {
    CumSum: _cum_sum,
    Hardmax: _hardmax,
    Take: _take,
    Resample: _resample,
    Stored: _stored,
}
