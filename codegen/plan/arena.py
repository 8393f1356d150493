"""The arena: planners place the buffers so that those alive together never overlap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from codegen.errors import CodegenError
from codegen.graph import Graph
from codegen.plan.automatic import automatic
from codegen.plan.exact import exact
from codegen.plan.first_fit import first_fit
from codegen.plan.greedy import greedy
from codegen.plan.lifetimes import Buffer, buffers_of, lower_bound_bytes
from codegen.plan.placement import Placement, Placements, Planner, whole
from codegen.plan.scratch import scratch_buffers

#: Cortex-M loads words from multiples of 4; the arena itself is aligned to this.
ALIGNMENT_BYTES = 4

DEFAULT_PLANNER = "auto"

PLANNERS: dict[str, Planner] = {
    DEFAULT_PLANNER: automatic,
    "greedy": greedy,
    "first-fit": first_fit,
    "exact": exact,
}


class Proof(Enum):
    """Why no other arrangement of the same buffers takes fewer bytes, if that is known."""

    LOWER_BOUND = "lower-bound"
    SEARCH = "search"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ArenaPlan:
    """Addresses for all buffers. `lower_bound_bytes` is what no planner can go below: the tensors alone, the
    scratch memory of kernels left out. `proof` says whether this arena is the smallest for its buffers,
    scratch included."""

    planner: str
    arena_bytes: int
    lower_bound_bytes: int
    placements: tuple[Placement, ...]
    proof: Proof = Proof.NONE

    def offset_of(self, tensor: str) -> int:
        """Bytes from the arena's start to this tensor."""
        return next(p.offset for p in self.placements if tensor in p.buffer.tensors)


def plan_arena(
    graph: Graph,
    planner: str = DEFAULT_PLANNER,
    scratch_bytes: Mapping[str, int] = MappingProxyType({}),
    in_place: frozenset[str] = frozenset(),
) -> ArenaPlan:
    """Place the graph's activations, and what kernels need while they run: `scratch_bytes` by operator.

    Operators named in `in_place` write over an input that dies; over a larger one only where that takes fewer
    bytes in all. Raises CodegenError ``unknown-planner``.
    """
    if planner not in PLANNERS:
        known = ", ".join(PLANNERS)
        raise CodegenError(
            "unknown-planner", f"the planner {planner!r} is not there yet", f"use one of: {known}"
        )
    scratch = scratch_buffers(graph, scratch_bytes)
    choices = dict.fromkeys(buffers_of(graph, in_place, may_shrink) for may_shrink in (False, True))
    widest = max((t.dtype.itemsize for t in graph.tensors.values() if not t.is_constant), default=1)
    alignment = max(ALIGNMENT_BYTES, widest)
    plans = (_planned(tensors, scratch, planner, alignment) for tensors in choices)
    return min(plans, key=lambda plan: plan.arena_bytes)


def _planned(
    tensors: tuple[Buffer, ...], scratch: tuple[Buffer, ...], planner: str, alignment: int
) -> ArenaPlan:
    buffers = tuple(sorted((*tensors, *scratch), key=lambda b: (b.first, b.name)))
    result = PLANNERS[planner](buffers, alignment)
    return ArenaPlan(
        planner=planner,
        arena_bytes=max((p.end for p in result.placements), default=0),
        lower_bound_bytes=lower_bound_bytes(tensors),
        placements=result.placements,
        proof=_proof(buffers, result, alignment),
    )


def _proof(buffers: tuple[Buffer, ...], result: Placements, alignment: int) -> Proof:
    aligned = whole(buffers, alignment)
    taken = max((p.offset + b.size_bytes for p, b in zip(result.placements, aligned, strict=True)), default=0)
    if taken <= lower_bound_bytes(aligned):
        return Proof.LOWER_BOUND
    return Proof.SEARCH if result.exhausted else Proof.NONE
