"""Made-up evidence for tests of ranking: what a worker would measure with a model and data."""

import numpy as np

from codegen.graph import Graph
from core.compress.coupling import trace
from core.compress.criteria import CRITERIA, Evidence, Needs
from core.recipe import Criterion


def random_evidence(graph: Graph, criterion: Criterion, seed: int = 0) -> Evidence | None:
    """Of the shapes that the criterion asks for; None when it asks for nothing."""
    rng = np.random.default_rng(seed)
    if CRITERIA[criterion].needs is Needs.GRADIENTS:
        kernels = {op.name: weight for op in graph.ops if (weight := graph.weight(op)) is not None}
        return {layer: rng.random(weight.shape) for layer, weight in kernels.items()}
    if CRITERIA[criterion].needs is Needs.ACTIVITY:
        return {layer: rng.random(len(made)) for layer, made in trace(graph).makers.items()}
    return None
