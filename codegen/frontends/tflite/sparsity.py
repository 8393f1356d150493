"""Tensors that are stored sparse, as the dense ones that they stand for.

Format: `SparsityParameters` of the TFLite schema. The axes of a tensor, and those of the blocks that some of
them are cut into, are walked in the traversal order; a level is dense (every index is there) or compressed:
`arraySegments` says where the indices of each element of the level above begin in `arrayIndices`. The values
lie in the order of this walk.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.graph import Array

_COMPRESSED = 1  # schema: enum DimensionType { DENSE, SPARSE_CSR }
#: More weights than this fit no board; a few bytes of a damaged file may ask for any number.
_MOST_ELEMENTS = 2**25


#: The index along each axis walked so far; an entry for each element of the level.
_Walk = tuple[Array, ...]


def dense(raw: Any, shape: tuple[int, ...], values: Array, label: str) -> Array:
    """`values` at their places in an array of `shape`, zeros elsewhere.

    `raw` is the schema's SparsityParametersT. Raises CodegenError ``unsupported-size`` for a tensor that is
    too large, and ValueError or IndexError for one whose parts do not fit together.
    """
    if prod(shape) > _MOST_ELEMENTS:
        raise CodegenError(
            "unsupported-size",
            f"the sparse tensor {label!r} has {prod(shape)} elements",
            f"use a layer of at most {_MOST_ELEMENTS} weights",
        )
    order = [int(axis) for axis in raw.traversalOrder]
    blocks = [int(axis) for axis in raw.blockMap] if raw.blockMap is not None else []
    if sorted(order) != list(range(len(shape) + len(blocks))) or len(raw.dimMetadata) != len(order):
        raise ValueError("an odd traversal order")
    walk: _Walk = ()
    count = 1
    for level in raw.dimMetadata:
        walk = (_compressed if int(level.format) == _COMPRESSED else _every)(walk, count, level)
        count = len(walk[-1])
    if count != len(values):
        raise ValueError("values that are too many or too few")
    along = [walk[order.index(axis)] for axis in range(len(order))]
    sizes = [int(raw.dimMetadata[order.index(len(shape) + n)].denseSize) for n in range(len(blocks))]
    places = _joined(along[: len(shape)], along[len(shape) :], blocks, sizes)
    if any(int(place.max(initial=0)) >= n for place, n in zip(places, shape, strict=True)):
        raise ValueError("a value outside the tensor")
    result = np.zeros(shape, values.dtype)
    result[tuple(places)] = values
    return result


def _joined(
    along: Sequence[Array], within: Sequence[Array], blocks: Sequence[int], sizes: Sequence[int]
) -> list[Array]:
    """Indices of blocks, and of the places within them, as indices of the tensor."""
    places = list(along)
    for axis, size, index in zip(blocks, sizes, within, strict=True):
        places[axis] = places[axis] * size + index
    return places


def _every(walk: _Walk, count: int, level: Any) -> _Walk:
    """A level in which every index is there."""
    size = int(level.denseSize)
    if size < 1 or size * count > _MOST_ELEMENTS:
        raise ValueError("a level of an odd size")
    return (*(np.repeat(before, size) for before in walk), np.tile(np.arange(size), count))


def _compressed(walk: _Walk, count: int, level: Any) -> _Walk:
    """A level that names the indices that are there."""
    segments, names = (np.asarray(a.values, np.int64) for a in (level.arraySegments, level.arrayIndices))
    counts = np.diff(segments)
    whole = len(counts) == count and int(segments[0]) == 0 and int(segments[-1]) == len(names)
    if not whole or counts.min(initial=0) < 0 or names.min(initial=0) < 0:
        raise ValueError("odd segments")
    return (*(np.repeat(before, counts) for before in walk), names)
