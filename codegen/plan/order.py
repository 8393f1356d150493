"""The order of execution that keeps the fewest bytes alive at once.

Which tensors are alive after some operators depends on the set of these operators alone, not on their order.
So it is enough to keep, for every set that some order reaches, the best order to it, set size by set size:
the dynamic programming of Liberis and Lane ("Neural networks on microcontrollers: saving memory at inference
via operator reordering", 2019). Networks for microcontrollers are narrow and have few such sets; where one
size has more than MOST_SETS, only the best of them go on, and the result may miss the optimum.

Two shortcuts lose nothing. An order whose peak is what its largest single operator needs cannot be improved.
And an operator that leaves no more bytes alive than there were, without a new peak, may run at once: a tensor
that it frees later it frees now or later, so nothing that follows can be worse for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from codegen.graph import Graph, Op
from codegen.plan.sharing import fits_in_place, owners

MOST_SETS = 64


def in_lowest_order(graph: Graph, in_place: frozenset[str] = frozenset()) -> Graph:
    """The graph with its operators in an order whose peak of live bytes is the lowest found: its own where
    none is lower. Operators named in `in_place` write over an input that dies. The same graph gives the same
    order."""
    network = _Network.of(graph, in_place)
    given = network.peak_bytes(range(len(graph.ops)))
    if given <= network.least_peak_bytes():
        return graph
    best = network.best_sequence()
    if best.peak_bytes >= given:
        return graph
    return replace(graph, ops=tuple(graph.ops[i] for i in best.order()))


@dataclass(frozen=True, slots=True)
class _Step:
    """An operator: bits of the operators before it, those that read from it, the buffers that it reads and
    opens, and bytes that it saves for each buffer that it may write over."""

    before: int
    after: tuple[int, ...]
    reads: frozenset[str]
    opens: frozenset[str]
    saves: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Sequence:
    """The best order to a set of operators (the bits `done`): its peak, what it leaves alive, the operators
    that may come next, and its last operator after the sequence `earlier`. The `place` of that one among all
    that went on says which of equally good orders is taken."""

    peak_bytes: int
    live_bytes: int
    done: int
    ready: tuple[int, ...]
    last: int = -1
    place: int = 0
    earlier: _Sequence | None = None

    def order(self) -> tuple[int, ...]:
        operators = []
        sequence: _Sequence | None = self
        while sequence is not None and sequence.last >= 0:
            operators.append(sequence.last)
            sequence = sequence.earlier
        return tuple(reversed(operators))


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
        return cls(_steps(graph, owner, sizes, in_place), sizes, readers, _start_bytes(graph, owner, sizes))

    def least_peak_bytes(self) -> int:
        """What no order goes below: all inputs together, or what the largest operator reads and opens."""
        needs = (
            self._bytes(step.reads | step.opens) - max(step.saves.values(), default=0) for step in self.steps
        )
        return max(self.start_bytes, *needs) if self.steps else self.start_bytes

    def best_sequence(self) -> _Sequence:
        """Every operator once, after those that it reads from."""
        sequences = [self._start()]
        for _ in self.steps:
            following: dict[int, _Sequence] = {}
            for place, sequence in enumerate(sequences):
                for after in self._continued(sequence, place):
                    rival = following.get(after.done)
                    if rival is None or _rank(after) < _rank(rival):
                        following[after.done] = after
            best = sorted(following.values(), key=_rank)[:MOST_SETS]
            sequences = sorted(best, key=lambda after: (after.place, after.last))
        return min(sequences, key=_rank)

    def peak_bytes(self, order: Iterable[int]) -> int:
        """The most bytes alive in one step of this order."""
        sequence = self._start()
        for i in order:
            sequence = self._then(sequence, i, 0)
        return sequence.peak_bytes

    def _start(self) -> _Sequence:
        first = tuple(i for i, step in enumerate(self.steps) if step.before == 0)
        return _Sequence(self.start_bytes, self.start_bytes, 0, first)

    def _continued(self, sequence: _Sequence, place: int) -> list[_Sequence]:
        """With each operator that may come next, or with one alone that costs nothing."""
        found = []
        for i in sequence.ready:
            after = self._then(sequence, i, place)
            if after.peak_bytes == sequence.peak_bytes and after.live_bytes <= sequence.live_bytes:
                return [after]
            found.append(after)
        return found

    def _then(self, sequence: _Sequence, i: int, place: int) -> _Sequence:
        step, now = self.steps[i], sequence.done | 1 << i
        during = sequence.live_bytes + self._bytes(step.opens)
        dying = [b for b in step.reads | step.opens if self.readers[b] & ~now == 0]
        saved = max((step.saves.get(b, 0) for b in dying), default=0)
        left = during - self._bytes(dying)
        peak = max(sequence.peak_bytes, during - saved)
        opened = [j for j in step.after if self.steps[j].before & ~now == 0]
        ready = tuple(sorted([*(j for j in sequence.ready if j != i), *opened]))
        return _Sequence(peak, left, now, ready, i, place, sequence)

    def _bytes(self, buffers: Iterable[str]) -> int:
        return sum(self.size_bytes[buffer] for buffer in buffers)


def _rank(sequence: _Sequence) -> tuple[int, int, int, int]:
    return sequence.peak_bytes, sequence.live_bytes, sequence.place, sequence.last


def _start_bytes(graph: Graph, owner: dict[str, str], sizes: dict[str, int]) -> int:
    return sum(sizes[owner[name]] for name in graph.inputs)


def _steps(
    graph: Graph, owner: dict[str, str], sizes: dict[str, int], in_place: frozenset[str]
) -> tuple[_Step, ...]:
    writer = {output: i for i, op in enumerate(graph.ops) for output in op.outputs}
    before = [{writer[name] for name in op.inputs if name in writer} for op in graph.ops]
    after: list[list[int]] = [[] for _ in graph.ops]
    for i, sources in enumerate(before):
        for source in sources:
            after[source].append(i)
    return tuple(
        _step(
            graph,
            op,
            owner,
            sizes,
            op.name in in_place,
            sum(1 << source for source in before[i]),
            tuple(after[i]),
        )
        for i, op in enumerate(graph.ops)
    )


def _step(
    graph: Graph,
    op: Op,
    owner: dict[str, str],
    sizes: dict[str, int],
    in_place: bool,
    before: int,
    after: tuple[int, ...],
) -> _Step:
    computed = [name for name in op.inputs if name in owner]
    saves = {
        owner[name]: sizes[owner[op.outputs[0]]]
        for name in computed
        if in_place and fits_in_place(graph, op, name, may_shrink=False)
    }
    opens = frozenset(owner[output] for output in op.outputs if owner[output] == output)
    return _Step(before, after, frozenset(owner[name] for name in computed), opens, saves)
