"""The order of execution that keeps the fewest bytes alive at once.

Which tensors are alive after some operators depends on the set of these operators alone, not on their order.
So it is enough to keep, for every set that some order reaches, the best order to it, set size by set size:
the dynamic programming of Liberis and Lane ("Neural networks on microcontrollers: saving memory at inference
via operator reordering", 2019). Networks for microcontrollers are narrow and have few such sets; where one
size has more than MOST_SETS, only the best of them go on, and the result may miss the optimum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from codegen.graph import Graph, Op
from codegen.plan.sharing import fits_in_place, owners

MOST_SETS = 64


def in_lowest_order(graph: Graph, in_place: frozenset[str] = frozenset()) -> Graph:
    """The graph with its operators in an order whose peak of live bytes is the lowest found: its own where
    none is lower. Operators named in `in_place` write over an input that dies. The same graph gives the same
    order."""
    network = _Network.of(graph, in_place)
    order = network.best_order()
    given = tuple(range(len(graph.ops)))
    if order == given or network.peak_bytes(order) >= network.peak_bytes(given):
        return graph
    return replace(graph, ops=tuple(graph.ops[i] for i in order))


@dataclass(frozen=True, slots=True)
class _Step:
    """An operator: bits of the operators before it, the buffers that it reads and opens, and bytes that it
    saves for each buffer that it may write over."""

    before: int
    reads: frozenset[str]
    opens: frozenset[str]
    saves: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sequence:
    """The best order to a set of operators: its peak, what it leaves alive, and the operators."""

    peak_bytes: int
    live_bytes: int
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Network:
    """`readers` has the bits of the operators that read a buffer, and one more for outputs of the graph, so
    that they never die. `start_bytes` are alive before the first step."""

    steps: tuple[_Step, ...]
    size_bytes: dict[str, int]
    readers: dict[str, int]
    start_bytes: int

    @classmethod
    def of(cls, graph: Graph, in_place: frozenset[str]) -> _Network:
        owner = owners(graph)
        sizes: dict[str, int] = {}
        readers: dict[str, int] = {}
        for name, root in owner.items():
            sizes[root] = max(sizes.get(root, 0), graph.tensors[name].size_bytes)
            readers.setdefault(root, 0)
        for i, op in enumerate(graph.ops):
            for name in op.inputs:
                if name in owner:
                    readers[owner[name]] |= 1 << i
        for name in graph.outputs:
            readers[owner[name]] |= 1 << len(graph.ops)
        writer = {output: i for i, op in enumerate(graph.ops) for output in op.outputs}
        steps = tuple(_step(graph, op, owner, writer, sizes, op.name in in_place) for op in graph.ops)
        return cls(steps, sizes, readers, sum(sizes[owner[name]] for name in graph.inputs))

    def best_order(self) -> tuple[int, ...]:
        """Every operator once, after those that it reads from."""
        sets = {0: _Sequence(self.start_bytes, self.start_bytes, ())}
        for _ in self.steps:
            following: dict[int, _Sequence] = {}
            for done, sequence in sets.items():
                for i in self._ready(done):
                    after = self._then(done, sequence, i)
                    key = done | 1 << i
                    if key not in following or _rank(after) < _rank(following[key]):
                        following[key] = after
            sets = dict(sorted(following.items(), key=lambda item: _rank(item[1]))[:MOST_SETS])
        return next(iter(sets.values())).order

    def peak_bytes(self, order: tuple[int, ...]) -> int:
        """The most bytes alive in one step of this order."""
        done, sequence = 0, _Sequence(self.start_bytes, self.start_bytes, ())
        for i in order:
            sequence = self._then(done, sequence, i)
            done |= 1 << i
        return sequence.peak_bytes

    def _ready(self, done: int) -> Iterator[int]:
        for i, step in enumerate(self.steps):
            if not done >> i & 1 and step.before & done == step.before:
                yield i

    def _then(self, done: int, sequence: _Sequence, i: int) -> _Sequence:
        step, now = self.steps[i], done | 1 << i
        during = sequence.live_bytes + sum(self.size_bytes[b] for b in step.opens)
        dying = [b for b in step.reads | step.opens if self.readers[b] & ~now == 0]
        saved = max((step.saves.get(b, 0) for b in dying), default=0)
        left = during - sum(self.size_bytes[b] for b in dying)
        return _Sequence(max(sequence.peak_bytes, during - saved), left, (*sequence.order, i))


def _rank(sequence: _Sequence) -> tuple[int, int, tuple[int, ...]]:
    return sequence.peak_bytes, sequence.live_bytes, sequence.order


def _step(
    graph: Graph, op: Op, owner: dict[str, str], writer: dict[str, int], sizes: dict[str, int], in_place: bool
) -> _Step:
    computed = [name for name in op.inputs if name in owner]
    before = 0
    for name in computed:
        before |= 1 << writer[name] if name in writer else 0
    saves = {
        owner[name]: sizes[owner[op.outputs[0]]]
        for name in computed
        if in_place and fits_in_place(graph, op, name, may_shrink=False)
    }
    opens = frozenset(owner[output] for output in op.outputs if owner[output] == output)
    return _Step(before, frozenset(owner[name] for name in computed), opens, saves)
