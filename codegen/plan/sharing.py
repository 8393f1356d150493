"""Which tensors lie in the same memory: reshapes, and operators that write over an input that dies."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.graph import Graph, Op, Reshape


def owners(graph: Graph, in_place: frozenset[str] = frozenset(), may_shrink: bool = False) -> dict[str, str]:
    """The tensor in whose buffer each activation lives, for the order of execution that the graph has.

    An operator named in `in_place` writes over the first of its inputs that is never read again and has the
    output's shape and size, or with `may_shrink` a larger element.
    """
    last = last_reads(graph)
    owner = {name: name for name in graph.inputs}
    end = dict.fromkeys(owner, 0) | {name: last.get(name, 0) for name in owner}
    for step, op in enumerate(graph.ops):
        root = _reused(graph, op, step, owner, end, may_shrink) if op.name in in_place else None
        if isinstance(op, Reshape) and op.inputs[0] in owner:
            root = owner[op.inputs[0]]
        for output in op.outputs:
            owner[output] = root or output
            end[owner[output]] = max(end.get(owner[output], 0), last.get(output, step))
    return owner


def last_reads(graph: Graph) -> dict[str, int]:
    """The last step that reads each tensor; outputs of the graph are read after the last one."""
    last = {name: step for step, op in enumerate(graph.ops) for name in op.inputs}
    return last | dict.fromkeys(graph.outputs, len(graph.ops))


def fits_in_place(graph: Graph, op: Op, source: str, may_shrink: bool) -> bool:
    """Whether the operator's only output may lie over this input, element for element."""
    if len(op.outputs) != 1 or graph.tensors[source].is_constant:
        return False
    before, after = graph.tensors[source], graph.tensors[op.outputs[0]]
    narrower = before.dtype.itemsize - after.dtype.itemsize
    return before.shape == after.shape and (narrower == 0 or (may_shrink and narrower > 0))


def _reused(
    graph: Graph, op: Op, step: int, owner: Mapping[str, str], end: Mapping[str, int], may_shrink: bool
) -> str | None:
    """The buffer that the output takes over, if any."""
    return next(
        (
            owner[name]
            for name in op.inputs
            if name in owner and end[owner[name]] == step and fits_in_place(graph, op, name, may_shrink)
        ),
        None,
    )
