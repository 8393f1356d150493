"""Comparisons, logic, bits, choices, and changes of the type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.arithmetic import combined, common_order, in_order, prepared
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value
from codegen.graph import (
    BitOperation,
    Bitwise,
    Cast,
    Compare,
    DType,
    IsInf,
    IsNan,
    Not,
    Relation,
    Select,
    Unary,
)
from codegen.graph.shapes.elementwise import broadcast


def compared(
    builder: Builder, node: Node, relation: Relation, a: Value, b: Value, suffix: str = ""
) -> Activation:
    """Bools: whether a stands in the relation to b."""
    return combined(builder, node, Compare, a, b, suffix, DType.BOOL, relation=relation)


def _comparison(relation: Relation) -> Callable[[Builder, Node], Value]:
    def read(builder: Builder, node: Node) -> Value:
        return compared(builder, node, relation, builder.value(node, 0), builder.value(node, 1))

    return read


def _bits(operation: BitOperation) -> Callable[[Builder, Node], Value]:
    def read(builder: Builder, node: Node) -> Value:
        a, b = builder.value(node, 0), builder.value(node, 1)
        return combined(builder, node, Bitwise, a, b, operation=operation)

    return read


def bit_shift(builder: Builder, node: Node) -> Value:
    directions = {"LEFT": BitOperation.SHIFT_LEFT, "RIGHT": BitOperation.SHIFT_RIGHT}
    operation = directions.get(node.text("direction", ""))
    if operation is None:
        raise node.broken(f"shifts to {node.text('direction', '')!r}")
    return _bits(operation)(builder, node)


def typed(
    builder: Builder,
    node: Node,
    value: Activation,
    kind: type[Unary],
    dtype: DType,
    suffix: str = "",
    **options: Any,
) -> Activation:
    """`kind` of each element, which gives elements of another type."""
    builder.require_numbers(node, value)
    shape = builder.tensors[value.tensor].shape
    return replace(value, tensor=builder.emit(node, kind, (value.tensor,), shape, suffix, dtype, **options))


def not_node(builder: Builder, node: Node) -> Value:
    value = builder.activation(node)
    return typed(builder, node, value, Not, builder.tensors[value.tensor].dtype)


def is_nan(builder: Builder, node: Node) -> Value:
    return typed(builder, node, builder.real(node), IsNan, DType.BOOL)


def is_inf(builder: Builder, node: Node) -> Value:
    positive, negative = node.integer("detect_positive", 1) == 1, node.integer("detect_negative", 1) == 1
    value = builder.real(node)
    return typed(builder, node, value, IsInf, DType.BOOL, positive=positive, negative=negative)


def where(builder: Builder, node: Node) -> Value:
    return chosen(builder, node, builder.value(node, 0), builder.value(node, 1), builder.value(node, 2))


def chosen(builder: Builder, node: Node, condition: Value, a: Value, b: Value) -> Activation:
    """a where the bools of `condition` hold, else b; all broadcast."""
    values = [condition, a, b]
    shapes = [value.data.shape if isinstance(value, Constant) else value.shape for value in values]
    both = broadcast(shapes[1], shapes[2])
    shape = None if both is None else broadcast(shapes[0], both)
    if shape is None:
        raise node.broken(f"joins {list(shapes[0])}, {list(shapes[1])} and {list(shapes[2])}")
    ready = [_of_rank(builder, node, value, len(shape)) for value in values]
    dtypes = [_dtype(builder, value) for value in ready]
    if dtypes[0] != DType.BOOL.value or dtypes[1] != dtypes[2] or dtypes[1] not in {t.value for t in DType}:
        raise node.refusal(f"chooses by {dtypes[0]} between {dtypes[1]} and {dtypes[2]}", "use one type")
    order = common_order(ready)
    tensors = tuple(in_order(builder, node, value, order) for value in ready)
    stored = tuple(shape[axis] for axis in order)
    return Activation(shape, builder.emit(node, Select, tensors, stored, dtype=DType(dtypes[1])), order)


def _of_rank(builder: Builder, node: Node, value: Value, rank: int) -> Value:
    if isinstance(value, Activation):
        return builder.unscrambled(node, prepared(builder, node, (value,), rank)[0])  # type: ignore[arg-type]
    return Constant(value.data.reshape((1,) * (rank - value.data.ndim) + value.data.shape))


def _dtype(builder: Builder, value: Value) -> str:
    if isinstance(value, Constant):
        return str(value.data.dtype.name)
    return builder.tensors[value.tensor].dtype.value


def cast(builder: Builder, node: Node) -> Value:
    """To the type of an attribute, or of another value."""
    import onnx

    value = builder.activation(node)
    if node.kind == "CastLike":
        name = _dtype(builder, builder.value(node, 1))
    else:
        name = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(node.integer("to", 0))).name
    if name not in {t.value for t in DType}:
        raise node.refusal(f"makes {name} of a computed tensor", "compute with float32 throughout")
    return as_type(builder, node, value, DType(name))


def as_type(builder: Builder, node: Node, value: Activation, dtype: DType, suffix: str = "") -> Activation:
    """The value as numbers of this type."""
    if builder.tensors[value.tensor].dtype is dtype:
        return value
    return typed(builder, node, value, Cast, dtype, suffix)


def one_hot(builder: Builder, node: Node) -> Value:
    """Two values: the second at the place that an index names, the first elsewhere."""
    indices, depths = builder.unscrambled(node, builder.activation(node)), builder.constant(node, 1)
    values = builder.constant(node, 2)
    if depths.size != 1 or not 0 < int(depths.ravel()[0]) <= 65_536 or values.shape != (2,):
        raise node.broken("has an odd depth, or not two values")
    depth, rank = int(depths.ravel()[0]), indices.rank + 1
    axis = node.integer("axis", -1)
    if not -rank <= axis < rank:
        raise node.broken(f"names the axis {axis} of {rank}")
    axis %= rank
    shape = (*indices.shape[:axis], 1, *indices.shape[axis:])
    spread = reshape(builder, node, builder.plain(node, indices), shape)
    dtype = builder.tensors[spread.tensor].dtype.numpy
    places = np.arange(depth).reshape(tuple(depth if n == axis else 1 for n in range(rank)))
    start, end = (Constant(given.astype(dtype)) for given in (places, places - depth))
    from_start = compared(builder, node, Relation.EQUAL, spread, start, "_from_start")
    from_end = compared(builder, node, Relation.EQUAL, spread, end, "_from_end")
    hit = combined(builder, node, Bitwise, from_start, from_end, "_hit", operation=BitOperation.OR)
    return chosen(builder, node, hit, Constant(values[1:]), Constant(values[:1]))


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Equal": _comparison(Relation.EQUAL),
    "Less": _comparison(Relation.LESS),
    "LessOrEqual": _comparison(Relation.LESS_EQUAL),
    "Greater": _comparison(Relation.GREATER),
    "GreaterOrEqual": _comparison(Relation.GREATER_EQUAL),
    "And": _bits(BitOperation.AND),
    "Or": _bits(BitOperation.OR),
    "Xor": _bits(BitOperation.XOR),
    "BitwiseAnd": _bits(BitOperation.AND),
    "BitwiseOr": _bits(BitOperation.OR),
    "BitwiseXor": _bits(BitOperation.XOR),
    "BitShift": bit_shift,
    "Not": not_node,
    "BitwiseNot": not_node,
    "IsNaN": is_nan,
    "IsInf": is_inf,
    "Where": where,
    "Cast": cast,
    "CastLike": cast,
    "OneHot": one_hot,
}
