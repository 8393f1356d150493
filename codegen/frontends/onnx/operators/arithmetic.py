"""Operators of two or more inputs, element by element, with broadcasting."""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value, channels_last, identity
from codegen.graph import Add, Binary, Div, Maximum, Minimum, Mul, Sub
from codegen.graph.shapes.elementwise import broadcast


def combined(
    builder: Builder, node: Node, kind: type[Binary], a: Value, b: Value, suffix: str = ""
) -> Activation:
    """`kind` of two values, of which one at least is computed."""
    if isinstance(a, Constant) and isinstance(b, Constant):
        raise node.refusal("computes with constants alone", "fold constants: export with onnxsim")
    shapes = [value.data.shape if isinstance(value, Constant) else value.shape for value in (a, b)]
    shape = broadcast(shapes[0], shapes[1])
    if shape is None:
        raise node.broken(f"joins {list(shapes[0])} with {list(shapes[1])}")
    values = [_prepared(builder, node, value, len(shape)) for value in (a, b)]
    if isinstance(a, Activation) and isinstance(b, Activation):
        same = values[0].order == values[1].order and a.scramble == b.scramble  # type: ignore[union-attr]
        if same and (a.scramble is None or a.shape == b.shape):
            tensors = [value.tensor for value in values if isinstance(value, Activation)]
            return _emitted(builder, node, kind, tensors, shape, values[0], suffix)
    if _keeps_scramble(values[0], values[1]) or _keeps_scramble(values[1], values[0]):
        leader = next(v for v in values if isinstance(v, Activation))
        tensors = [_scrambled_like(builder, node, v, leader) for v in values]
        return _emitted(builder, node, kind, tensors, shape, leader, suffix)
    order = _common_order(values)
    tensors = [_in_order(builder, node, value, order) for value in values]
    return _emitted(builder, node, kind, tensors, shape, Activation(shape, "", order), suffix)


def _emitted(
    builder: Builder,
    node: Node,
    kind: type[Binary],
    tensors: list[str],
    shape: tuple[int, ...],
    like: Value,
    suffix: str,
) -> Activation:
    assert isinstance(like, Activation)  # noqa: S101 - told to the type checker
    stored = tuple(shape[axis] for axis in like.order)
    tensor = builder.emit(node, kind, tuple(tensors), stored, suffix)
    return Activation(shape, tensor, like.order, like.scramble)


def _prepared(builder: Builder, node: Node, value: Value, rank: int) -> Value:
    """The value with axes of length 1 before it, up to `rank`."""
    if isinstance(value, Constant):
        if value.data.dtype != np.float32:
            raise node.refusal(f"computes with {value.data.dtype.name} numbers", "compute with float32")
        missing = rank - value.data.ndim
        quantization = value.quantization
        if quantization is not None and quantization.axis is not None and missing:
            quantization = None
        return Constant(value.data.reshape((1,) * missing + value.data.shape), quantization)
    builder.require_real(node, value)
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


def _common_order(values: list[Value]) -> tuple[int, ...]:
    """The order of the first computed value that has another than the file's, or else the file's."""
    orders = [value.order for value in values if isinstance(value, Activation) and value.scramble is None]
    rank = next(v.rank for v in values if isinstance(v, Activation))
    usual = [order for order in orders if order == channels_last(rank)]
    odd = [order for order in orders if order != identity(rank)]
    return (usual or odd or [identity(rank)])[0]


def _in_order(builder: Builder, node: Node, value: Value, order: tuple[int, ...]) -> str:
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
    builder.require_real(node, first)
    return reduce(lambda a, b: combined(builder, node, kind, a, b), values[1:], first)


def mean(builder: Builder, node: Node) -> Value:
    """The mean of the inputs: their sum times 1 / n."""
    total = _joined(builder, node, Add)
    share = Constant(np.full((), 1 / len(node.inputs), np.float32))
    return combined(builder, node, Mul, total, share, "_mean")


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Add": _pair(Add),
    "Sub": _pair(Sub),
    "Mul": _pair(Mul),
    "Div": _pair(Div),
    "Min": _many(Minimum),
    "Max": _many(Maximum),
    "Sum": _many(Add),
    "Mean": mean,
}
