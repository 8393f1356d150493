"""Windows that slide over an image."""

from __future__ import annotations

from codegen.graph.operators import AveragePool2D, MaxPool2D
from codegen.graph.shapes.rule import Rule, Shapes
from codegen.graph.tensor import Padding


def check_window(
    shapes: Shapes,
    window: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: Padding,
) -> None:
    """Height and width of the output follow from the window. Raises CodegenError ``broken-graph``."""
    source, result = shapes.source, shapes.result
    shapes.require(len(source) == len(result) == 4, "which are not NHWC")
    shapes.require(source[0] == result[0], "with another batch")
    sides = ((padding.top, padding.bottom), (padding.left, padding.right))
    shapes.require(min(*sides[0], *sides[1]) >= 0, "with a negative padding")
    for axis in range(2):
        shapes.require(min(stride[axis], dilation[axis], window[axis]) > 0, "with a step of 0")
        room = source[axis + 1] + sum(sides[axis]) - (window[axis] - 1) * dilation[axis] - 1
        shapes.require(room >= 0 and result[axis + 1] == room // stride[axis] + 1)


def _pool(op: MaxPool2D | AveragePool2D, shapes: Shapes) -> None:
    shapes.require_inputs(1)
    check_window(shapes, op.pool, op.stride, (1, 1), op.padding)
    shapes.require(shapes.source[3] == shapes.result[3])
    # A window that lies in the padding alone would have nothing to pool.
    inside = max(op.padding.top, op.padding.bottom) < op.pool[0]
    inside = inside and max(op.padding.left, op.padding.right) < op.pool[1]
    shapes.require(inside, "with more padding than the window is large")


RULES: dict[type, Rule] = {MaxPool2D: _pool, AveragePool2D: _pool}
