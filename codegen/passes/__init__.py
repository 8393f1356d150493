"""Small rewrites of the Graph, one file each, verified after each."""

from __future__ import annotations

from collections.abc import Callable

from codegen.graph import Graph, verify
from codegen.passes.fuse_relu import fuse_relu

PASSES: tuple[Callable[[Graph], Graph], ...] = (fuse_relu,)


def run_passes(graph: Graph) -> Graph:
    """All passes in their order; the result computes the same as `graph`."""
    for rewrite in PASSES:
        graph = verify(rewrite(graph).pruned())
    return graph
