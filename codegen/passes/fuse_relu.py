"""A ReLU moves into the operator before it, where that operator can clamp its output."""

from __future__ import annotations

from dataclasses import replace

from codegen.graph import Activation, Graph, Op, Relu


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
    if graph.tensors[source].quantization != graph.tensors[op.outputs[0]].quantization:
        return None  # the ReLU rounds once more, which a clamp would not
    return next(
        (index for index, before in enumerate(done) if source in before.outputs and _is_free(before)), None
    )


def _is_free(op: Op) -> bool:
    """Whether the operator can clamp its output and does not yet."""
    return op.fuses_activation and getattr(op, "activation", None) is Activation.NONE
