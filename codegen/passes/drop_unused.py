"""Operators whose results nobody reads go."""

from __future__ import annotations

from codegen.graph import Graph, Op


def drop_unused(graph: Graph) -> Graph:
    """Only what the outputs depend on, and the inputs."""
    needed = set(graph.outputs)
    kept: list[Op] = []
    for op in reversed(graph.ops):
        if needed.intersection(op.outputs):
            kept.append(op)
            needed.update(op.inputs)
    return graph.with_ops(tuple(reversed(kept))).pruned()
