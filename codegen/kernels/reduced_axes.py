"""Axes that are reduced, as one axis between what is before and after them."""

from __future__ import annotations

from math import prod

Shape = tuple[int, ...]


def reduced_axes(shape: Shape, axes: tuple[int, ...]) -> tuple[int, int, int] | None:
    """(outer, count, inner) elements, or None when other axes lie between the reduced ones."""
    real = [axis for axis in axes if shape[axis] > 1]
    if not real:
        return 1, 1, prod(shape)
    first, last = real[0], real[-1]
    if any(shape[axis] > 1 for axis in range(first, last + 1) if axis not in real):
        return None
    return prod(shape[:first]), prod(shape[first : last + 1]), prod(shape[last + 1 :])
