"""Greedy by size: large buffers first, each as low as possible (as TFLite Micro plans)."""

from __future__ import annotations

from codegen.plan.lifetimes import Buffer
from codegen.plan.placement import Placement, Placements, lowest_free_offset


def greedy(buffers: tuple[Buffer, ...], alignment_bytes: int) -> Placements:
    """Placements in the order of `buffers`; sizes decide who chooses first."""
    placed: dict[str, Placement] = {}
    for buffer in sorted(buffers, key=lambda b: (-b.size_bytes, b.first, b.name)):
        offset = lowest_free_offset(buffer, placed.values(), alignment_bytes)
        placed[buffer.name] = Placement(buffer, offset)
    return Placements(tuple(placed[b.name] for b in buffers))
