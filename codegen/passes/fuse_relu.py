"""A ReLU that follows a convolution, dense or pooling layer moves into it."""

from __future__ import annotations

from dataclasses import replace

from codegen.graph import Activation, Conv2D, Dense, Graph, MaxPool2D, Op, Relu


def fuse_relu(graph: Graph) -> Graph:
    """Merge each Relu into its producer where nothing else reads what stands between them."""
    ops: list[Op] = []
    for op in graph.ops:
        before = _fusable_producer(graph, ops, op)
        if before is None:
            ops.append(op)
        else:
            assert isinstance(op, Relu)  # noqa: S101 - told to the type checker
            fused = replace(ops[before], outputs=op.outputs, activation=op.activation)  # type: ignore[call-arg]
            ops[before] = fused
    return graph.with_ops(tuple(ops))


def _fusable_producer(graph: Graph, done: list[Op], op: Op) -> int | None:
    if not isinstance(op, Relu):
        return None
    source = op.inputs[0]
    if source in graph.outputs or len(graph.consumers(source)) != 1:
        return None
    for index, candidate in enumerate(done):
        if source in candidate.outputs:
            fusable = isinstance(candidate, Conv2D | Dense | MaxPool2D)
            if fusable and candidate.activation is Activation.NONE:  # type: ignore[attr-defined]
                return index
    return None
