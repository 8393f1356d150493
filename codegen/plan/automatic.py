"""The default planner: the best of the quick ones, then the exact search for a while."""

from __future__ import annotations

from codegen.plan.exact import solve
from codegen.plan.lifetimes import Buffer
from codegen.plan.placement import Placements

#: Places that the search may try: some 20 ms where it finds nothing.
MAX_NODES = 500


def automatic(buffers: tuple[Buffer, ...], alignment_bytes: int) -> Placements:
    """The smallest arena that greedy by size, first fit, both ends, or the search in few steps find. The same
    on every computer: steps are counted, not seconds."""
    return solve(buffers, alignment_bytes, MAX_NODES)
