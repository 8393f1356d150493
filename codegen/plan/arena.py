"""The arena: planners place the buffers so that those alive together never overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from codegen.errors import CodegenError
from codegen.graph import Graph
from codegen.plan.exact import exact
from codegen.plan.first_fit import first_fit
from codegen.plan.greedy import greedy
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.placement import Placement

#: Cortex-M loads words from multiples of 4; the arena itself is aligned to this.
ALIGNMENT_BYTES = 4

PLANNERS: dict[str, Callable[[tuple[Buffer, ...], int], tuple[Placement, ...]]] = {
    "greedy": greedy,
    "first-fit": first_fit,
    "exact": exact,
}


@dataclass(frozen=True, slots=True)
class ArenaPlan:
    """Addresses for all buffers. `lower_bound_bytes` is what no planner can go below."""

    planner: str
    arena_bytes: int
    lower_bound_bytes: int
    placements: tuple[Placement, ...]

    def offset_of(self, tensor: str) -> int:
        """Bytes from the arena's start to this tensor."""
        return next(p.offset for p in self.placements if tensor in p.buffer.tensors)


def plan_arena(graph: Graph, planner: str = "greedy") -> ArenaPlan:
    """Place the graph's activations. Raises CodegenError ``unknown-planner``."""
    if planner not in PLANNERS:
        known = ", ".join(PLANNERS)
        raise CodegenError(
            "unknown-planner", f"the planner {planner!r} is not there yet", f"use one of: {known}"
        )
    buffers = buffers_of(graph)
    placements = PLANNERS[planner](buffers, ALIGNMENT_BYTES)
    return ArenaPlan(
        planner=planner,
        arena_bytes=max((p.offset + p.buffer.size_bytes for p in placements), default=0),
        lower_bound_bytes=lower_bound_bytes(buffers),
        placements=placements,
    )
