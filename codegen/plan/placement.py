"""A buffer at its address, what a planner gives, and the one question that every planner asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from codegen.plan.lifetimes import Buffer


@dataclass(frozen=True, slots=True)
class Placement:
    """A buffer with its offset in bytes from the arena's start."""

    buffer: Buffer
    offset: int

    @property
    def end(self) -> int:
        return self.offset + self.buffer.size_bytes


@dataclass(frozen=True, slots=True)
class Placements:
    """A place for every buffer, in the order of the buffers. `exhausted` when a search has ruled out all that
    could be smaller."""

    placements: tuple[Placement, ...]
    exhausted: bool = False


#: Takes the buffers in the order in which they come alive, and the alignment of their offsets in bytes.
Planner = Callable[[tuple[Buffer, ...], int], Placements]


def whole(buffers: tuple[Buffer, ...], alignment_bytes: int) -> tuple[Buffer, ...]:
    """The buffers with their sizes rounded up to multiples of the alignment."""
    return tuple(
        replace(b, size_bytes=-(-b.size_bytes // alignment_bytes) * alignment_bytes) for b in buffers
    )


def lowest_free_offset(buffer: Buffer, placed: Iterable[Placement], alignment_bytes: int) -> int:
    """The lowest aligned offset where `buffer` overlaps nothing that is alive together with it."""
    offset = 0
    for other in sorted((p for p in placed if p.buffer.overlaps(buffer)), key=lambda p: p.offset):
        if offset + buffer.size_bytes <= other.offset:
            break
        offset = max(offset, -(-other.end // alignment_bytes) * alignment_bytes)
    return offset
