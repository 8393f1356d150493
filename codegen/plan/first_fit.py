"""First fit in the order of execution, as Deutel et al. publish it."""

from __future__ import annotations

from codegen.plan.lifetimes import Buffer
from codegen.plan.placement import Placement, Placements, lowest_free_offset


def first_fit(buffers: tuple[Buffer, ...], alignment_bytes: int) -> Placements:
    """Each buffer, when it comes alive, at the lowest offset free at that time."""
    placed: list[Placement] = []
    for buffer in buffers:
        placed.append(Placement(buffer, lowest_free_offset(buffer, placed, alignment_bytes)))
    return Placements(tuple(placed))
