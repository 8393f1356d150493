"""The arena: planners place the buffers so that those alive together never overlap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from codegen.errors import CodegenError
from codegen.graph import Graph
from codegen.plan.exact import exact
from codegen.plan.first_fit import first_fit
from codegen.plan.greedy import greedy
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.placement import Placement
from codegen.plan.scratch import scratch_buffers

#: Cortex-M loads words from multiples of 4; the arena itself is aligned to this.
ALIGNMENT_BYTES = 4

PLANNERS: dict[str, Callable[[tuple[Buffer, ...], int], tuple[Placement, ...]]] = {
    "greedy": greedy,
    "first-fit": first_fit,
    "exact": exact,
}


@dataclass(frozen=True, slots=True)
class ArenaPlan:
    """Addresses for all buffers. `lower_bound_bytes` is what no planner can go below: the tensors alone, the
    scratch memory of kernels left out."""

    planner: str
    arena_bytes: int
    lower_bound_bytes: int
    placements: tuple[Placement, ...]

    def offset_of(self, tensor: str) -> int:
        """Bytes from the arena's start to this tensor."""
        return next(p.offset for p in self.placements if tensor in p.buffer.tensors)


def plan_arena(
    graph: Graph, planner: str = "greedy", scratch_bytes: Mapping[str, int] = MappingProxyType({})
) -> ArenaPlan:
    """Place the graph's activations, and what kernels need while they run: `scratch_bytes` by operator.

    Raises CodegenError ``unknown-planner``.
    """
    if planner not in PLANNERS:
        known = ", ".join(PLANNERS)
        raise CodegenError(
            "unknown-planner", f"the planner {planner!r} is not there yet", f"use one of: {known}"
        )
    tensors = buffers_of(graph)
    buffers = tuple(
        sorted((*tensors, *scratch_buffers(graph, scratch_bytes)), key=lambda b: (b.first, b.name))
    )
    placements = PLANNERS[planner](buffers, ALIGNMENT_BYTES)
    return ArenaPlan(
        planner=planner,
        arena_bytes=max((p.offset + p.buffer.size_bytes for p in placements), default=0),
        lower_bound_bytes=lower_bound_bytes(tensors),
        placements=placements,
    )
