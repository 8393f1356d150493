"""Operators that move elements: reshape, join, cut, pad, turn, resize."""

from __future__ import annotations

from math import prod

from codegen.graph.operators import (
    Concat,
    Pad,
    Reshape,
    Resize,
    ResizeBilinear,
    ResizeNearest,
    Slice,
    Split,
    Transpose,
)
from codegen.graph.shapes.rule import Rule, Shapes
from codegen.graph.tensor import Tensor


def _reshape(op: Reshape, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(prod(shapes.source) == prod(shapes.result), "which has other elements")


def _pieces(shapes: Shapes, axis: int, whole: tuple[int, ...], parts: tuple[Tensor, ...]) -> None:
    """`parts` lie one after another along `axis` and make `whole`."""
    shapes.require_axis(axis)
    shapes.require(sum(p.shape[axis] if axis < len(p.shape) else 0 for p in parts) == whole[axis])
    for part in parts:
        rest = (*part.shape[:axis], whole[axis], *part.shape[axis + 1 :])
        shapes.require(rest == whole, f"with a part {part.shape}")


def _concat(op: Concat, shapes: Shapes) -> None:
    shapes.require(len(shapes.source) == len(shapes.result))
    _pieces(shapes, op.axis, shapes.result, shapes.inputs)


def _split(op: Split, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    _pieces(shapes, op.axis, shapes.source, shapes.outputs)


def _slice(op: Slice, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    rank = len(shapes.source)
    shapes.require(rank == len(shapes.result) == len(op.begin) == len(op.step), "with other axes")
    for n, begin, step, taken in zip(shapes.source, op.begin, op.step, shapes.result, strict=True):
        last = begin + (taken - 1) * step
        shapes.require(step != 0 and 0 <= begin < n and 0 <= last < n, "which leaves the input")


def _pad(op: Pad, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(len(shapes.source) == len(op.before) == len(op.after), "with other axes")
    shapes.require(min((*op.before, *op.after), default=0) >= 0, "with a negative padding")
    sides = zip(shapes.source, op.before, op.after, strict=True)
    shapes.require(shapes.result == tuple(sum(side) for side in sides))


def _transpose(op: Transpose, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(sorted(op.permutation) == list(range(len(shapes.source))), "with odd axes")
    shapes.require(shapes.result == tuple(shapes.source[axis] for axis in op.permutation))


def _resize(op: Resize, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    shapes.require(len(shapes.source) == len(shapes.result) == 4, "which are not NHWC")
    shapes.require(shapes.source[::3] == shapes.result[::3], "with other channels")


RULES: dict[type, Rule] = {
    Reshape: _reshape,
    Concat: _concat,
    Split: _split,
    Slice: _slice,
    Pad: _pad,
    Transpose: _transpose,
    ResizeNearest: _resize,
    ResizeBilinear: _resize,
}
