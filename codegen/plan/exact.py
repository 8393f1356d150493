"""The smallest arena there is, proven, by branch and bound.

Any plan can be pushed down until each buffer lies at 0 or on the end of another, so it is enough to place
buffers in the order of their offsets, each on top of what is already placed in its lifetime. In that
order, everything not yet placed lies above the `heights` of its steps, which gives the bound: in each step
the height plus all bytes still to come must stay below the best plan so far.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from codegen.plan.first_fit import first_fit
from codegen.plan.greedy import greedy
from codegen.plan.lifetimes import Buffer, lower_bound_bytes
from codegen.plan.placement import Placement, Placements, whole
from codegen.plan.two_ends import two_ends

#: Places tried before the search gives up; the best plan so far is then returned, not proven.
MAX_NODES = 20_000
#: A place costs time in proportion to the buffers and to the steps: their products add up to at most this.
_MOST_WORK = 100_000_000


def exact(buffers: tuple[Buffer, ...], alignment_bytes: int) -> Placements:
    """Placements in the order of `buffers`, as low as possible."""
    return solve(buffers, alignment_bytes, MAX_NODES)


def solve(buffers: tuple[Buffer, ...], alignment_bytes: int, max_nodes: int) -> Placements:
    """The smallest arena that greedy by size, first fit, both ends, or the search for one below them find,
    counted in whole multiples of the alignment. `max_nodes` is how many places the search may try."""
    aligned = whole(buffers, alignment_bytes)
    bound = lower_bound_bytes(aligned)
    best = _quick(aligned, alignment_bytes, bound)
    exhausted = _top(best) <= bound
    if not exhausted:
        search = _Search(aligned, _top(best), min(max_nodes, _affordable(aligned)))
        best = search.run() or best
        exhausted = not search.gave_up
    return Placements(tuple(Placement(b, p.offset) for b, p in zip(buffers, best, strict=True)), exhausted)


def _affordable(buffers: tuple[Buffer, ...]) -> int:
    """How many places the search can try in seconds: few in networks of hundreds of operators."""
    steps = max(b.last for b in buffers) + 1
    return _MOST_WORK // (len(buffers) * steps)


def _quick(aligned: tuple[Buffer, ...], alignment_bytes: int, bound: int) -> tuple[Placement, ...]:
    """The first that takes no more than `bound` bytes, or else the smallest."""
    best = greedy(aligned, alignment_bytes).placements
    if _top(best) > bound:
        best = min(best, first_fit(aligned, alignment_bytes).placements, key=_top)
    if _top(best) > bound:
        best = min(best, two_ends(aligned, alignment_bytes, bound), key=_top)
    return best


def _top(placements: tuple[Placement, ...]) -> int:
    return max((p.end for p in placements), default=0)


@dataclass(slots=True)
class _Search:
    """Depth-first over the next buffer to place; `limit` is what a plan must stay below."""

    buffers: tuple[Buffer, ...]
    limit: int
    max_nodes: int
    gave_up: bool = False
    _nodes: int = 0
    _best: tuple[int, ...] | None = None
    _failed: set[tuple[frozenset[int], tuple[int, ...]]] = field(default_factory=set)

    def run(self) -> tuple[Placement, ...] | None:
        """The smallest plan below `limit`, or None when there is none (or the search gave up)."""
        steps = max(b.last for b in self.buffers) + 1
        remaining = [0] * steps
        for buffer in self.buffers:
            for step in range(buffer.first, buffer.last + 1):
                remaining[step] += buffer.size_bytes
        everything = frozenset(range(len(self.buffers)))
        self._descend(everything, [0] * steps, remaining, 0, [0] * len(self.buffers))
        if self._best is None:
            return None
        return tuple(Placement(b, o) for b, o in zip(self.buffers, self._best, strict=True))

    def _descend(
        self,
        unplaced: frozenset[int],
        heights: list[int],
        remaining: list[int],
        floor: int,
        offsets: list[int],
    ) -> None:
        if not unplaced:
            self._best = tuple(offsets)
            self.limit = max(o + b.size_bytes for o, b in zip(offsets, self.buffers, strict=True))
            self._failed.clear()
            return
        self._nodes += 1
        key = (unplaced, tuple(max(h, floor) for h in heights))
        if self._nodes > self.max_nodes or key in self._failed:
            self.gave_up |= self._nodes > self.max_nodes
            return
        for index, offset in self._candidates(unplaced, heights, floor):
            buffer = self.buffers[index]
            size = buffer.size_bytes
            span = range(buffer.first, buffer.last + 1)
            before = heights[buffer.first : buffer.last + 1]
            for step in span:
                heights[step] = offset + size
                remaining[step] -= size
            if self._may_fit(heights, remaining, offset):
                offsets[index] = offset
                self._descend(unplaced - {index}, heights, remaining, offset, offsets)
                if self.gave_up:
                    return
            heights[buffer.first : buffer.last + 1] = before
            for step in span:
                remaining[step] += size
        self._failed.add(key)

    def _candidates(self, unplaced: frozenset[int], heights: list[int], floor: int) -> list[tuple[int, int]]:
        """What may come next, the largest first. Where one buffer would fit wholly below another, it goes
        first, so the other is no candidate yet; of equal buffers one is enough."""
        lowest = {i: max(floor, *heights[self.buffers[i].first : self.buffers[i].last + 1]) for i in unplaced}
        ceiling = min(offset + self.buffers[i].size_bytes for i, offset in lowest.items())
        seen: set[tuple[int, int, int]] = set()
        found = []
        for index in sorted(unplaced, key=lambda i: (-self.buffers[i].size_bytes, i)):
            buffer = self.buffers[index]
            alike = (buffer.size_bytes, buffer.first, buffer.last)
            if lowest[index] < ceiling and alike not in seen:
                seen.add(alike)
                found.append((index, lowest[index]))
        return found

    def _may_fit(self, heights: list[int], remaining: list[int], floor: int) -> bool:
        """What is still to come lies above the heights, and above `floor`, the last offset."""
        limit = self.limit
        return all(
            h + r < limit and (r == 0 or floor + r < limit) for h, r in zip(heights, remaining, strict=True)
        )
