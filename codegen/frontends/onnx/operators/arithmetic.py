"""Operators of two or more inputs, element by element, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value, channels_last, identity
from codegen.graph import Add, Binary, Div, DType, Maximum, Minimum, Mod, Mul, Power, Sqrt, Sub
from codegen.graph.shapes.elementwise import broadcast


def combined(
    builder: Builder,
    node: Node,
    kind: type[Binary],
    a: Value,
    b: Value,
    suffix: str = "",
    dtype: DType | None = None,
    **options: Any,
) -> Activation:
    """`kind` of two values of one type, of which one at least is computed; `dtype` is that of the result,
    where it is another."""
    if isinstance(a, Constant) and isinstance(b, Constant):
        raise node.refusal("computes with constants alone", "fold constants: export with onnxsim")
    shapes = [value.data.shape if isinstance(value, Constant) else value.shape for value in (a, b)]
    shape = broadcast(shapes[0], shapes[1])
    if shape is None:
        raise node.broken(f"joins {list(shapes[0])} with {list(shapes[1])}")
    values = prepared(builder, node, (a, b), len(shape))
    given = _Result(kind, shape, suffix, dtype, options)
    if isinstance(a, Activation) and isinstance(b, Activation):
        same = values[0].order == values[1].order and a.scramble == b.scramble  # type: ignore[union-attr]
        if same and (a.scramble is None or a.shape == b.shape):
            tensors = [value.tensor for value in values if isinstance(value, Activation)]
            return _emitted(builder, node, given, tensors, values[0])
    if _keeps_scramble(values[0], values[1]) or _keeps_scramble(values[1], values[0]):
        leader = next(v for v in values if isinstance(v, Activation))
        tensors = [_scrambled_like(builder, node, v, leader) for v in values]
        return _emitted(builder, node, given, tensors, leader)
    order = common_order(values)
    tensors = [in_order(builder, node, value, order) for value in values]
    return _emitted(builder, node, given, tensors, Activation(shape, "", order))


@dataclass(frozen=True, slots=True)
class _Result:
    """What is to be written, of which shape and type."""

    kind: type[Binary]
    shape: tuple[int, ...]
    suffix: str
    dtype: DType | None
    options: Mapping[str, Any]


def _emitted(builder: Builder, node: Node, given: _Result, tensors: list[str], like: Value) -> Activation:
    assert isinstance(like, Activation)  # noqa: S101 - told to the type checker
    stored = tuple(given.shape[axis] for axis in like.order)
    tensor = builder.emit(
        node, given.kind, tuple(tensors), stored, given.suffix, given.dtype, **given.options
    )
    return Activation(given.shape, tensor, like.order, like.scramble)


def prepared(builder: Builder, node: Node, values: Sequence[Value], rank: int) -> list[Value]:
    """The values with axes of length 1 before them, up to `rank`: of one type, floats or plain numbers."""
    first = next(value for value in values if isinstance(value, Activation))
    builder.require_numbers(node, first)
    return [_prepared(builder, node, value, rank, builder.tensors[first.tensor].dtype) for value in values]


def _prepared(builder: Builder, node: Node, value: Value, rank: int, dtype: DType) -> Value:
    if isinstance(value, Constant):
        if value.data.dtype != dtype.numpy:
            raise node.refusal(
                f"computes with {value.data.dtype.name} and {dtype.value} numbers", "use one type"
            )
        missing = rank - value.data.ndim
        quantization = value.quantization
        if quantization is not None and quantization.axis is not None and missing:
            quantization = None
        return Constant(value.data.reshape((1,) * missing + value.data.shape), quantization)
    builder.require_numbers(node, value)
    if builder.tensors[value.tensor].dtype is not dtype:
        other = builder.tensors[value.tensor].dtype
        raise node.refusal(f"computes with {other.value} and {dtype.value} numbers", "use one type")
    if value.rank == rank:
        return value
    return reshape(builder, node, value, (1,) * (rank - value.rank) + value.shape)


def _keeps_scramble(a: Value, b: Value) -> bool:
    """Whether a flattened image meets a constant that is one number, or as long."""
    if not isinstance(a, Activation) or a.scramble is None or not isinstance(b, Constant):
        return False
    return b.data.size == 1 or b.data.shape == a.shape


def _scrambled_like(builder: Builder, node: Node, value: Value, leader: Activation) -> str:
    if isinstance(value, Activation):
        return value.tensor
    data = value.data
    if data.size > 1 and leader.scramble is not None:
        moved = np.empty_like(data).ravel()
        moved[leader.scramble.positions] = data.ravel()
        data = moved.reshape(data.shape)
    return builder.add_constant(f"{node.name}_constant", data, value.quantization)


def common_order(values: list[Value]) -> tuple[int, ...]:
    """The order of the first computed value that has another than the file's, or else the file's."""
    orders = [value.order for value in values if isinstance(value, Activation) and value.scramble is None]
    rank = next(v.rank for v in values if isinstance(v, Activation))
    usual = [order for order in orders if order == channels_last(rank)]
    odd = [order for order in orders if order != identity(rank)]
    return (usual or odd or [identity(rank)])[0]


def in_order(builder: Builder, node: Node, value: Value, order: tuple[int, ...]) -> str:
    if isinstance(value, Activation):
        return builder.ordered(node, value, order).tensor
    stored = builder.turned(value, order)
    return builder.add_constant(f"{node.name}_constant", stored.data, stored.quantization)


def _pair(kind: type[Binary]) -> Callable[[Builder, Node], Value]:
    def read(builder: Builder, node: Node) -> Value:
        return combined(builder, node, kind, builder.value(node, 0), builder.value(node, 1))

    return read


def _many(kind: type[Binary]) -> Callable[[Builder, Node], Value]:
    """A reader of any number of inputs, joined one after another."""

    def read(builder: Builder, node: Node) -> Value:
        return _joined(builder, node, kind)

    return read


def _joined(builder: Builder, node: Node, kind: type[Binary]) -> Activation:
    values = [builder.value(node, index) for index in range(len(node.inputs))]
    # Computed ones first: two constants in a row cannot be joined here.
    values.sort(key=lambda value: isinstance(value, Constant))
    first = values[0]
    if isinstance(first, Constant):
        raise node.refusal("computes with constants alone", "fold constants: export with onnxsim")
    return reduce(lambda a, b: combined(builder, node, kind, a, b), values[1:], first)


def mean(builder: Builder, node: Node) -> Value:
    """The mean of the inputs: their sum times 1 / n."""
    total = _joined(builder, node, Add)
    share = Constant(np.full((), 1 / len(node.inputs), np.float32))
    return combined(builder, node, Mul, total, share, "_mean")


def power(builder: Builder, node: Node) -> Value:
    """Floats to a power of any type; 0.5, 1, 2 and 3 as a root and products."""
    value, exponent = builder.value(node, 0), builder.value(node, 1)
    if isinstance(exponent, Constant):
        exponent = Constant(exponent.data.astype(np.float32))
        times = float(exponent.data.ravel()[0]) if exponent.data.size == 1 else 0.0
        if (
            isinstance(value, Activation)
            and times in (0.5, 1.0, 2.0, 3.0)
            and value.rank >= exponent.data.ndim
        ):
            return small_power(builder, node, builder.real(node), times)
    return combined(builder, node, Power, value, exponent)


def small_power(builder: Builder, node: Node, value: Activation, times: float) -> Activation:
    """`times` is 0.5, 1, 2 or 3."""
    if times == 0.5:
        tensor = builder.emit(node, Sqrt, (value.tensor,), builder.tensors[value.tensor].shape)
        return replace(value, tensor=tensor)
    result = value
    for _ in range(int(times) - 1):
        result = combined(builder, node, Mul, result, value)
    return result


def mod(builder: Builder, node: Node) -> Value:
    truncated = node.integer("fmod", 0) == 1
    return combined(builder, node, Mod, builder.value(node, 0), builder.value(node, 1), truncated=truncated)


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Add": _pair(Add),
    "Sub": _pair(Sub),
    "Mul": _pair(Mul),
    "Div": _pair(Div),
    "Min": _many(Minimum),
    "Max": _many(Maximum),
    "Sum": _many(Add),
    "Mean": mean,
    "Pow": power,
    "Mod": mod,
}
