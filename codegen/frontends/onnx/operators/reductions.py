"""Reduce* and ArgMax: the axes are those of the file, counted where they are stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, Value, identity
from codegen.graph import (
    Abs,
    Add,
    ArgMax,
    ArgMin,
    Cast,
    CumSum,
    DType,
    Exp,
    Log,
    Mean,
    Mul,
    Reduce,
    ReduceMax,
    ReduceMin,
    ReduceProd,
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
    runs = _runs(value, tuple(sorted(value.order.index(axis) for axis in axes)))
    tensor, shape = value.tensor, list(builder.tensors[value.tensor].shape)
    for number, run in enumerate(runs):
        shape = [1 if axis in run else n for axis, n in enumerate(shape)]
        step = suffix if number == len(runs) - 1 else f"{suffix}_part_{number}"
        tensor = builder.emit(node, kind, (tensor,), tuple(shape), step, axes=run, keep_dims=True)
    left = tuple(1 if axis in axes else n for axis, n in enumerate(value.shape))
    kept = Activation(left, tensor, value.order, None, value.unsigned)
    return kept if keep_dims else without_axes(builder, node, kept, axes)


def _runs(value: Activation, axes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """The stored axes in groups that lie together: kernels reduce one group at a time. Sums of sums are
    sums, and means of equally many means are means."""
    shape = value.stored_shape
    runs: list[list[int]] = []
    for axis in axes:
        if runs and all(shape[n] == 1 for n in range(runs[-1][-1] + 1, axis)):
            runs[-1].append(axis)
        else:
            runs.append([axis])
    return [tuple(run) for run in runs]


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


#: Integers that floats hold exactly.
_SHORT = (DType.BOOL, DType.INT8, DType.UINT8, DType.INT16, DType.UINT16)


def _extreme(kind: type[Reduce]) -> Callable[..., Value]:
    """A reader of the largest or smallest: of floats, or of short integers by way of floats."""

    def read(builder: Builder, node: Node) -> Value:
        value = builder.unscrambled(node, builder.activation(node))
        axes = _axes(builder, node, value.rank)
        keeps = node.integer("keepdims", 1) == 1
        dtype = builder.tensors[value.tensor].dtype
        if dtype not in _SHORT or builder.tensors[value.tensor].quantization is not None or value.unsigned:
            return reduced(builder, node, builder.real(node), kind, axes, keeps)
        real = _cast(builder, node, value, DType.FLOAT32, "_real")
        return _cast(builder, node, reduced(builder, node, real, kind, axes, keeps, "_reduced"), dtype)

    return read


def _cast(builder: Builder, node: Node, value: Activation, dtype: DType, suffix: str = "") -> Activation:
    tensor = builder.emit(node, Cast, (value.tensor,), value.stored_shape, suffix, dtype)
    return Activation(value.shape, tensor, value.order)


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
    """The place of the first of the largest, or of the last, as int64."""
    return _arg(builder, node, ArgMax)


def arg_min(builder: Builder, node: Node) -> Value:
    """The place of the first of the smallest, or of the last, as int64."""
    return _arg(builder, node, ArgMin)


def _arg(builder: Builder, node: Node, kind: type[ArgMax]) -> Value:
    value = builder.unscrambled(node, builder.activation(node))
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    shape = tuple(1 if n == axis else size for n, size in enumerate(value.shape))
    stored = tuple(shape[n] for n in value.order)
    place = value.order.index(axis)
    last = node.integer("select_last_index", 0) == 1
    tensor = builder.emit(
        node, kind, (value.tensor,), stored, dtype=DType.INT64, axis=place, keep_dims=True, last=last
    )
    kept = Activation(shape, tensor, value.order)
    if node.integer("keepdims", 1) == 1:
        return kept
    return without_axes(builder, node, kept, (axis,))


def cum_sum(builder: Builder, node: Node) -> Value:
    """Running sums along a constant axis."""
    value = builder.unscrambled(node, builder.real(node))
    axis = axis_of(node, (builder.integers(node, 1) or (0,))[0], value.rank)
    options: dict[str, Any] = {name: node.integer(name, 0) == 1 for name in ("exclusive", "reverse")}
    place = value.order.index(axis)
    tensor = builder.emit(node, CumSum, (value.tensor,), value.stored_shape, axis=place, **options)
    return Activation(value.shape, tensor, value.order)


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "ReduceMean": _chain(None, Mean, None),
    "ReduceMax": _extreme(ReduceMax),
    "ReduceMin": _extreme(ReduceMin),
    "ReduceSum": _chain(None, ReduceSum, None),
    "ReduceProd": _chain(None, ReduceProd, None),
    "ReduceL1": _chain(Abs, ReduceSum, None),
    "ReduceL2": _squares(Sqrt),
    "ReduceSumSquare": _squares(None),
    "ReduceLogSum": _chain(None, ReduceSum, Log),
    "ReduceLogSumExp": log_sum_exp,
    "ArgMax": arg_max,
    "ArgMin": arg_min,
    "CumSum": cum_sum,
}
