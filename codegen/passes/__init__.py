"""Small rewrites of the Graph, one file each, verified after each."""

from __future__ import annotations

from collections.abc import Callable

from codegen.graph import Graph, verify
from codegen.passes.fold_batch_norm import fold_batch_norm
from codegen.passes.fold_bias import fold_bias
from codegen.passes.fuse_relu import fuse_relu

#: What makes of float layers fewer float layers; quantized ones come folded already.
FLOAT_FOLDS: tuple[Callable[[Graph], Graph], ...] = (fold_bias, fold_batch_norm, fuse_relu)

PASSES: tuple[Callable[[Graph], Graph], ...] = FLOAT_FOLDS


def run_passes(graph: Graph) -> Graph:
    """All passes in their order; the result computes the same as `graph`."""
    for rewrite in PASSES:
        graph = verify(rewrite(graph).pruned())
    return graph
