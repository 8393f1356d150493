"""Reshape, whatever order the axes are stored in.

The axes of both shapes fall into groups with equally many elements: ``[1, C, H, W]`` to ``[1, C, H·W]`` has
C with C, and H, W with H·W. Where each group lies together in the stored order nothing moves.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, Scramble, channels_last, identity, long_axes


@dataclass(frozen=True, slots=True)
class _Group:
    """Logical axes longer than 1 before and after."""

    before: tuple[int, ...]
    after: tuple[int, ...]


def reshape(builder: Builder, node: Node, value: Activation, shape: tuple[int, ...]) -> Activation:
    """The value in another logical shape of as many elements; an image that is flattened stays scrambled."""
    builder.require_size(node, shape)
    if prod(shape) != prod(value.shape):
        raise node.broken(f"makes {list(shape)} of {list(value.shape)}")
    if value.scramble is not None:
        return _of_scrambled(builder, node, value, shape)
    groups = _groups(value.shape, shape)
    stored = long_axes(value.shape, value.order)
    if any(not _together(group.before, stored) for group in groups):
        if len([n for n in shape if n != 1]) <= 1:
            return _flattened(builder, node, value, shape)
        value = builder.ordered(node, value, _gathered(value, groups, stored))
        stored = long_axes(value.shape, value.order)
    sequence = tuple(
        a for group in sorted(groups, key=lambda g: stored.index(g.before[0])) for a in group.after
    )
    order = _with_short_axes(shape, sequence)
    tensor = builder.reshaped(node, value.tensor, tuple(shape[a] for a in order), suffix="")
    return Activation(shape, tensor, order, None, value.unsigned)


def _of_scrambled(builder: Builder, node: Node, value: Activation, shape: tuple[int, ...]) -> Activation:
    scramble = value.scramble
    if scramble is not None and len([n for n in shape if n != 1]) <= 1:
        tensor = builder.reshaped(node, value.tensor, shape, suffix="")
        return replace(value, shape=shape, tensor=tensor, order=identity(len(shape)))
    if scramble is not None:
        tensor = builder.reshaped(node, value.tensor, scramble.stored_shape)
        value = Activation(scramble.shape, tensor, scramble.order, None, value.unsigned)
    return reshape(builder, node, value, shape)


def _flattened(builder: Builder, node: Node, value: Activation, shape: tuple[int, ...]) -> Activation:
    tensor = builder.reshaped(node, value.tensor, shape, suffix="")
    scramble = Scramble(value.shape, value.order)
    return Activation(shape, tensor, identity(len(shape)), scramble, value.unsigned)


def _groups(before: tuple[int, ...], after: tuple[int, ...]) -> list[_Group]:
    """The smallest runs of axes of both shapes with equally many elements, axes of length 1 apart."""
    left = [axis for axis, n in enumerate(before) if n != 1]
    right = [axis for axis, n in enumerate(after) if n != 1]
    groups = []
    i = j = 0
    while i < len(left):
        start = (i, j)
        i, j = i + 1, j + 1
        sizes = (before[left[start[0]]], after[right[start[1]]])
        while sizes[0] != sizes[1]:
            if sizes[0] < sizes[1]:
                sizes = (sizes[0] * before[left[i]], sizes[1])
                i += 1
            else:
                sizes = (sizes[0], sizes[1] * after[right[j]])
                j += 1
        groups.append(_Group(tuple(left[start[0] : i]), tuple(right[start[1] : j])))
    return groups


def _together(axes: tuple[int, ...], stored: tuple[int, ...]) -> bool:
    """Whether the axes are stored side by side and in their order."""
    first = stored.index(axes[0])
    return stored[first : first + len(axes)] == axes


def _gathered(value: Activation, groups: list[_Group], stored: tuple[int, ...]) -> tuple[int, ...]:
    """The stored order with each group brought together at the place of its first axis."""
    firsts = sorted(groups, key=lambda group: min(stored.index(axis) for axis in group.before))
    long = [axis for group in firsts for axis in group.before]
    short = [axis for axis in value.order if value.shape[axis] == 1]
    return (*short, *long)


def _with_short_axes(shape: tuple[int, ...], sequence: tuple[int, ...]) -> tuple[int, ...]:
    """An order of all axes in which the long ones are `sequence`: a usual one where there is one."""
    for order in (identity(len(shape)), channels_last(len(shape))):
        if long_axes(shape, order) == sequence:
            return order
    short = tuple(axis for axis, n in enumerate(shape) if n == 1)
    return (*short, *sequence)
