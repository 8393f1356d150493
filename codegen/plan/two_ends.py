"""Buffers from both ends of an arena of a given size: in a chain of layers, bottom and top in turn."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.plan.lifetimes import Buffer
from codegen.plan.placement import Placement, lowest_free_offset


def two_ends(buffers: tuple[Buffer, ...], alignment_bytes: int, arena_bytes: int) -> tuple[Placement, ...]:
    """Each buffer, when it comes alive, at the bottom where that is free, else at the top of the arena, else
    as low as possible, even beyond the top. Sizes and `arena_bytes` are multiples of the alignment.

    Input and output of every layer of a chain thus lie at opposite ends, its scratch memory between them: it
    lives for one step only and chooses last. That takes no more bytes than are alive in one step.
    """
    placed: dict[str, Placement] = {}
    for buffer in sorted(buffers, key=lambda b: (b.first, -b.last, b.name)):
        offset = lowest_free_offset(buffer, placed.values(), alignment_bytes)
        top = arena_bytes - buffer.size_bytes
        if offset > 0 and top >= offset and _is_free(Placement(buffer, top), placed.values()):
            offset = top
        placed[buffer.name] = Placement(buffer, offset)
    return tuple(placed[b.name] for b in buffers)


def _is_free(place: Placement, placed: Iterable[Placement]) -> bool:
    return not any(
        p.buffer.overlaps(place.buffer) and p.offset < place.end and place.offset < p.end for p in placed
    )
