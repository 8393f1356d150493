"""Reduce* and ArgMax: the axes are those of the file, counted where they are stored."""

from __future__ import annotations

from collections.abc import Callable

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, Value, identity
from codegen.graph import (
    Abs,
    Add,
    ArgMax,
    DType,
    Exp,
    Log,
    Mean,
    Mul,
    Neg,
    Reduce,
    ReduceMax,
    ReduceSum,
    Sqrt,
    Sub,
    Unary,
)


def axis_of(node: Node, axis: int, rank: int) -> int:
    """An axis counted from the front. Raises CodegenError ``broken-file`` when it is not there."""
    if not -rank <= axis < rank:
        raise node.broken(f"names the axis {axis} of {rank}")
    return axis % rank


def reduced(
    builder: Builder,
    node: Node,
    value: Activation,
    kind: type[Reduce],
    axes: tuple[int, ...],
    keep_dims: bool,
    suffix: str = "",
) -> Activation:
    """The reduction along logical axes."""
    value = builder.unscrambled(node, value)
    if not axes:
        return value
    stored_axes = tuple(sorted(value.order.index(axis) for axis in axes))
    shape = tuple(1 if axis in axes else n for axis, n in enumerate(value.shape))
    stored = tuple(shape[axis] for axis in value.order)
    tensor = builder.emit(node, kind, (value.tensor,), stored, suffix, axes=stored_axes, keep_dims=True)
    kept = Activation(shape, tensor, value.order, None, value.unsigned)
    return kept if keep_dims else without_axes(builder, node, kept, axes)


def without_axes(builder: Builder, node: Node, value: Activation, axes: tuple[int, ...]) -> Activation:
    """The value without axes of length 1: nothing moves."""
    left = [axis for axis in range(value.rank) if axis not in axes]
    shape = tuple(value.shape[axis] for axis in left)
    order = tuple(left.index(axis) for axis in value.order if axis in left)
    tensor = builder.reshaped(node, value.tensor, tuple(shape[axis] for axis in order), suffix="_squeezed")
    return Activation(shape, tensor, order, None, value.unsigned)


def _axes(builder: Builder, node: Node, rank: int) -> tuple[int, ...]:
    """The node's axes, ascending: an input or an attribute, all when it is left out."""
    given = node.integers("axes") or builder.integers(node, 1)
    if not given:
        return () if node.integer("noop_with_empty_axes", 0) == 1 else identity(rank)
    return tuple(sorted({axis_of(node, axis, rank) for axis in given}))


def _chain(before: type[Unary] | None, kind: type[Reduce], after: type[Unary] | None) -> Callable[..., Value]:
    """A reader of: `before` on each element, the reduction, `after` on each result."""

    def read(builder: Builder, node: Node) -> Value:
        value = builder.unscrambled(node, builder.real(node))
        axes = _axes(builder, node, value.rank)
        if before is not None:
            value = _mapped(builder, node, value, before, "_before")
        value = reduced(builder, node, value, kind, axes, node.integer("keepdims", 1) == 1)
        return value if after is None else _mapped(builder, node, value, after, "_after")

    return read


def _mapped(builder: Builder, node: Node, value: Activation, kind: type[Unary], suffix: str) -> Activation:
    tensor = builder.emit(node, kind, (value.tensor,), value.stored_shape, suffix)
    return Activation(value.shape, tensor, value.order)


def _squares(after: type[Unary] | None) -> Callable[..., Value]:
    """A reader of the sum of the squares, and `after` of it."""

    def read(builder: Builder, node: Node) -> Value:
        value = builder.unscrambled(node, builder.real(node))
        axes = _axes(builder, node, value.rank)
        tensor = builder.emit(node, Mul, (value.tensor, value.tensor), value.stored_shape, "_squares")
        squares = Activation(value.shape, tensor, value.order)
        keeps = node.integer("keepdims", 1) == 1
        total = reduced(builder, node, squares, ReduceSum, axes, keeps)
        return total if after is None else _mapped(builder, node, total, after, "_after")

    return read


def log_sum_exp(builder: Builder, node: Node) -> Value:
    """log Σ exp(x), with the largest taken out first so that nothing overflows."""
    value = builder.unscrambled(node, builder.real(node))
    axes = _axes(builder, node, value.rank)
    largest = reduced(builder, node, value, ReduceMax, axes, True, "_largest")
    less = builder.emit(node, Sub, (value.tensor, largest.tensor), value.stored_shape, "_less")
    powers = _mapped(builder, node, Activation(value.shape, less, value.order), Exp, "_exp")
    total = reduced(builder, node, powers, ReduceSum, axes, True, "_sum")
    logs = _mapped(builder, node, total, Log, "_log")
    tensor = builder.emit(node, Add, (logs.tensor, largest.tensor), largest.stored_shape)
    kept = Activation(largest.shape, tensor, largest.order)
    return kept if node.integer("keepdims", 1) == 1 else without_axes(builder, node, kept, axes)


def arg_max(builder: Builder, node: Node) -> Value:
    """The place of the first of the largest, as int64."""
    return _arg(builder, node, builder.activation(node))


def arg_min(builder: Builder, node: Node) -> Value:
    """The place of the first of the smallest: of the largest of the negated."""
    value = builder.unscrambled(node, builder.real(node))
    return _arg(builder, node, _mapped(builder, node, value, Neg, "_negated"))


def _arg(builder: Builder, node: Node, value: Activation) -> Value:
    if node.integer("select_last_index", 0) == 1:
        raise node.refusal("asks for the last of equals", "use select_last_index=0")
    value = builder.unscrambled(node, value)
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    shape = tuple(1 if n == axis else size for n, size in enumerate(value.shape))
    stored = tuple(shape[n] for n in value.order)
    place = value.order.index(axis)
    tensor = builder.emit(
        node, ArgMax, (value.tensor,), stored, dtype=DType.INT64, axis=place, keep_dims=True
    )
    kept = Activation(shape, tensor, value.order)
    if node.integer("keepdims", 1) == 1:
        return kept
    return without_axes(builder, node, kept, (axis,))


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "ReduceMean": _chain(None, Mean, None),
    "ReduceMax": _chain(None, ReduceMax, None),
    "ReduceMin": _chain(Neg, ReduceMax, Neg),
    "ReduceSum": _chain(None, ReduceSum, None),
    "ReduceL1": _chain(Abs, ReduceSum, None),
    "ReduceL2": _squares(Sqrt),
    "ReduceSumSquare": _squares(None),
    "ReduceLogSum": _chain(None, ReduceSum, Log),
    "ReduceLogSumExp": log_sum_exp,
    "ArgMax": arg_max,
    "ArgMin": arg_min,
}
