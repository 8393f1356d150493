"""Scratch memory of kernels: buffers of the arena that are alive in one step only."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.graph import Graph
from codegen.plan.lifetimes import Buffer, buffers_of, live_bytes

#: Scratch may raise the arena above the lower bound of the tensors by this part, and by these bytes.
_ALLOWED_PART = 0.05
_ALLOWED_BYTES = 2048


def scratch_name(operator: str) -> str:
    """The buffer of this operator's scratch memory."""
    return f"{operator}/scratch"


def scratch_buffers(graph: Graph, scratch_bytes: Mapping[str, int]) -> tuple[Buffer, ...]:
    """A buffer for each operator that is named in `scratch_bytes`."""
    return tuple(
        Buffer(scratch_name(op.name), (scratch_name(op.name),), scratch_bytes[op.name], step, step)
        for step, op in enumerate(graph.ops)
        if op.name in scratch_bytes
    )


def scratch_limits_bytes(graph: Graph, in_place: frozenset[str] = frozenset()) -> tuple[int, ...]:
    """How much scratch memory each operator may take, so that a faster kernel never costs much SRAM: steps in
    which few tensors are alive have room below the lower bound. Operators named in `in_place` write over an
    input that dies."""
    live = live_bytes(buffers_of(graph, in_place))
    bound = max(live, default=0)
    allowed = bound + int(bound * _ALLOWED_PART) + _ALLOWED_BYTES
    return tuple(allowed - taken for taken in live)
