"""When each activation buffer is alive. A step is the index of an operator."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.graph import Graph
from codegen.plan.sharing import owners


@dataclass(frozen=True, slots=True)
class Buffer:
    """Memory that one or more tensors share. Alive from step `first` to step `last`, both included."""

    name: str
    tensors: tuple[str, ...]
    size_bytes: int
    first: int
    last: int

    def overlaps(self, other: Buffer) -> bool:
        """True when both are alive in some step."""
        return self.first <= other.last and other.first <= self.last


def buffers_of(
    graph: Graph, in_place: frozenset[str] = frozenset(), may_shrink: bool = False
) -> tuple[Buffer, ...]:
    """The activation buffers of a graph in the order in which they come alive.

    A reshape changes no byte, so its output shares its input's buffer; so does the output of an operator
    named in `in_place` where an input of the same size dies, or with `may_shrink` a larger one. The graph's
    inputs are alive from the first step, its outputs until the last.
    """
    owner = owners(graph, in_place, may_shrink)
    members: dict[str, list[str]] = {}
    for tensor, root in owner.items():
        members.setdefault(root, []).append(tensor)
    spans = _spans(graph, owner)
    buffers = [
        Buffer(root, tuple(names), max(graph.tensors[n].size_bytes for n in names), *spans[root])
        for root, names in members.items()
    ]
    return tuple(sorted(buffers, key=lambda b: (b.first, b.name)))


def live_bytes(buffers: tuple[Buffer, ...]) -> tuple[int, ...]:
    """The sum of bytes alive in each step."""
    steps = range(max((b.last for b in buffers), default=-1) + 1)
    return tuple(sum(b.size_bytes for b in buffers if b.first <= s <= b.last) for s in steps)


def lower_bound_bytes(buffers: tuple[Buffer, ...]) -> int:
    """No plan can be smaller: the largest sum of bytes alive in one step."""
    return max(live_bytes(buffers), default=0)


def _spans(graph: Graph, owner: dict[str, str]) -> dict[str, tuple[int, int]]:
    first: dict[str, int] = {owner[name]: 0 for name in graph.inputs}
    last = dict(first)
    for step, op in enumerate(graph.ops):
        for name in (*op.inputs, *op.outputs):
            if name in owner:
                first.setdefault(owner[name], step)
                last[owner[name]] = step
    for name in graph.outputs:
        last[owner[name]] = max(len(graph.ops) - 1, 0)
    return {root: (first[root], last[root]) for root in first}
