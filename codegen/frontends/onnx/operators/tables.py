"""Elements taken by constant tables: Gather* and Scatter* at known places, Pad, Trilu, ReverseSequence, …

What an operator does to its elements is found by doing it to their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod

import numpy as np

from codegen.frontends.onnx.builder import MOST_ELEMENTS, Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.pieces import joined
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.operators.taking import taken
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Value, identity
from codegen.graph import Array


def _numbers(builder: Builder, node: Node, value: Activation) -> Array:
    """The number of each element of the value: int64, of its shape."""
    builder.require_size(node, value.shape)
    return np.arange(prod(value.shape)).reshape(value.shape)


def rearranged(builder: Builder, node: Node, value: Activation, numbers: Array) -> Activation:
    """The elements with these numbers, in the shape of `numbers`; −1 gives 0."""
    builder.require_size(node, numbers.shape)
    flat = reshape(builder, node, builder.plain(node, value), (prod(value.shape),))
    row = taken(builder, node, flat, 0, numbers.ravel())
    return reshape(builder, node, row, numbers.shape)


def _indices(builder: Builder, node: Node, index: int) -> Array:
    data = builder.constant(node, index)
    if not np.issubdtype(data.dtype, np.integer) or not 0 < data.size <= MOST_ELEMENTS:
        raise node.broken("has odd places")
    return data.astype(np.int64)


def _inside(node: Node, places: Array, size: int) -> Array:
    """Places counted from the front."""
    if places.min() < -size or places.max() >= size:
        raise node.broken(f"takes places outside of {size}")
    return np.where(places < 0, places + size, places)


def gather_elements(builder: Builder, node: Node) -> Value:
    value, places = builder.unscrambled(node, builder.activation(node)), _indices(builder, node, 1)
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    if places.ndim != value.rank:
        raise node.broken(f"takes places {list(places.shape)} of {list(value.shape)}")
    inside = _inside(node, places, value.shape[axis])
    numbers = _numbers(builder, node, value)
    return rearranged(builder, node, value, numbers[_along(places.shape, axis, inside)])


def _along(shape: tuple[int, ...], axis: int, places: Array) -> tuple[Array, ...]:
    """An index of arrays: `places` along the axis, each element its own along the others."""
    grid = np.indices(shape, sparse=True)
    return tuple(places if n == axis else along for n, along in enumerate(grid))


def gather_nd(builder: Builder, node: Node) -> Value:
    value, places = builder.unscrambled(node, builder.activation(node)), _indices(builder, node, 1)
    batch = node.integer("batch_dims", 0)
    depth = places.shape[-1]
    if not 0 <= batch < min(value.rank, places.ndim) or not 0 < depth <= value.rank - batch:
        raise node.broken(f"takes places {list(places.shape)} of {list(value.shape)}")
    numbers = _numbers(builder, node, value)
    lead = value.shape[:batch]
    if places.shape[:batch] != lead:
        raise node.broken(f"takes places {list(places.shape)} of {list(value.shape)}")
    numbers = numbers.reshape(prod(lead), *value.shape[batch:])
    rows = places.reshape(prod(lead), -1, depth)
    index = [np.arange(prod(lead))[:, None]]
    index += [_inside(node, rows[..., n], value.shape[batch + n]) for n in range(depth)]
    result = numbers[tuple(index)]
    return rearranged(builder, node, value, result.reshape(*places.shape[:-1], *value.shape[batch + depth :]))


def _scattered(builder: Builder, node: Node, numbers: Array) -> Value:
    """`numbers` has, for each element of the result, its number among the data, then the updates."""
    if node.text("reduction", "none") != "none":
        raise node.refusal(f"joins updates by {node.text('reduction', '')!r}", "use reduction='none'")
    values = [builder.value(node, 0), builder.value(node, 2)]
    flat: list[Value] = []
    for value in values:
        if isinstance(value, Activation):
            builder.require_numbers(node, value)
            flat.append(reshape(builder, node, builder.plain(node, value), (prod(value.shape),)))
        else:
            flat.append(replace(value, data=value.data.reshape(-1), quantization=None))
    row = joined(builder, node, flat, 0, identity(1), "_joined")
    return reshape(builder, node, taken(builder, node, row, 0, numbers.ravel()), numbers.shape)


def scatter_elements(builder: Builder, node: Node) -> Value:
    value, places = builder.activation(node), _indices(builder, node, 1)
    axis = axis_of(node, node.integer("axis", 0), value.rank)
    fits = places.ndim == value.rank and all(
        n <= m for a, (n, m) in enumerate(zip(places.shape, value.shape, strict=True)) if a != axis
    )
    if not fits:
        raise node.broken(f"writes places {list(places.shape)} of {list(value.shape)}")
    numbers = _numbers(builder, node, value)
    updates = np.arange(places.size).reshape(places.shape) + numbers.size
    numbers[_along(places.shape, axis, _inside(node, places, value.shape[axis]))] = updates
    return _scattered(builder, node, numbers)


def scatter_nd(builder: Builder, node: Node) -> Value:
    value, places = builder.activation(node), _indices(builder, node, 1)
    depth = places.shape[-1]
    if not 0 < depth <= value.rank:
        raise node.broken(f"writes places {list(places.shape)} of {list(value.shape)}")
    numbers = _numbers(builder, node, value)
    rest = value.shape[depth:]
    rows = places.reshape(-1, depth)
    updates = np.arange(len(rows) * prod(rest)).reshape(len(rows), *rest) + numbers.size
    index = tuple(_inside(node, rows[:, n], value.shape[n]) for n in range(depth))
    numbers[index] = updates
    return _scattered(builder, node, numbers)


def trilu(builder: Builder, node: Node) -> Value:
    """Zeros above or below a diagonal."""
    value = builder.unscrambled(node, builder.activation(node))
    if value.rank < 2:
        raise node.broken(f"takes a triangle of {list(value.shape)}")
    diagonal = (builder.integers(node, 1) or (0,))[0]
    diagonal = max(-value.shape[-2] - 1, min(diagonal, value.shape[-1] + 1))
    shape = value.shape[-2:]
    upper = node.integer("upper", 1) == 1
    kept = np.triu(np.ones(shape), diagonal) if upper else np.tril(np.ones(shape), diagonal)
    numbers = _numbers(builder, node, value)
    return rearranged(builder, node, value, np.where(kept > 0, numbers, -1))


def reverse_sequence(builder: Builder, node: Node) -> Value:
    """The first elements of each sequence backwards."""
    value, lengths = builder.unscrambled(node, builder.activation(node)), _indices(builder, node, 1)
    batch = axis_of(node, node.integer("batch_axis", 1), value.rank)
    time = axis_of(node, node.integer("time_axis", 0), value.rank)
    fits = (
        lengths.shape == (value.shape[batch],) and lengths.min() >= 0 and lengths.max() <= value.shape[time]
    )
    if batch == time or not fits:
        raise node.broken(f"reverses {list(lengths.ravel()[:8])} of {list(value.shape)}")
    numbers = np.moveaxis(_numbers(builder, node, value), (batch, time), (0, 1)).copy()
    for row, length in zip(numbers, lengths, strict=True):
        row[:length] = row[:length][::-1].copy()
    return rearranged(builder, node, value, np.moveaxis(numbers, (0, 1), (batch, time)))


def compress(builder: Builder, node: Node) -> Value:
    """The elements, or slices along an axis, for which a constant list of bools holds."""
    value, condition = builder.unscrambled(node, builder.activation(node)), builder.constant(node, 1)
    places = np.flatnonzero(condition)
    if "axis" in node.attributes:
        axis = axis_of(node, node.integer("axis", 0), value.rank)
        if condition.ndim != 1 or not len(places) or places[-1] >= value.shape[axis]:
            raise node.broken(f"takes {condition.size} of {list(value.shape)}")
        return taken(builder, node, value, axis, places)
    if condition.ndim != 1 or not len(places) or places[-1] >= prod(value.shape):
        raise node.broken(f"takes {condition.size} of {list(value.shape)}")
    return rearranged(builder, node, value, places)


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "GatherElements": gather_elements,
    "GatherND": gather_nd,
    "ScatterElements": scatter_elements,
    "ScatterND": scatter_nd,
    "Trilu": trilu,
    "ReverseSequence": reverse_sequence,
    "Compress": compress,
}
