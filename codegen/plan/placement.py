"""A buffer at its address, and the one question that every planner asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen.plan.lifetimes import Buffer


@dataclass(frozen=True, slots=True)
class Placement:
    """A buffer with its offset in bytes from the arena's start."""

    buffer: Buffer
    offset: int

    @property
    def end(self) -> int:
        return self.offset + self.buffer.size_bytes


def lowest_free_offset(buffer: Buffer, placed: Iterable[Placement], alignment_bytes: int) -> int:
    """The lowest aligned offset where `buffer` overlaps nothing that is alive together with it."""
    offset = 0
    for other in sorted((p for p in placed if p.buffer.overlaps(buffer)), key=lambda p: p.offset):
        if offset + buffer.size_bytes <= other.offset:
            break
        offset = max(offset, -(-other.end // alignment_bytes) * alignment_bytes)
    return offset
