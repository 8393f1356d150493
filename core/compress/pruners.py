"""One pruning step on a Keras model. One class a kind of pruning; for worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from codegen.graph import Graph
from core.compress import elementwise, structured
from core.compress.constraints import Constraint, Masked, Unconstrained
from core.compress.criteria import Evidence, ranked_without_data
from core.models.keras_graph import graph_of_model
from core.models.keras_surgery import keep_channels, kernels_in_keras, with_weights_of
from core.recipe import Prune, PruneKind


@dataclass(frozen=True, slots=True)
class Pruned:
    """The model after a step, and what must hold during fine-tuning.

    `sparsity` is the fraction of the prunable parameters of the original that is gone or zero.
    """

    model: Any
    sparsity: float
    constraint: Constraint = field(default_factory=Unconstrained)


class Pruner(Protocol):
    """Prunes a model step by step; `original` is the Graph from before the first step.

    `evidence` is of `model`: what the recipe's criterion needs (`core.compress.evidence.gather`).
    """

    def check(self, original: Graph, prune: Prune) -> None:
        """Raise ThimbleError when the recipe cannot be met, before any training."""
        ...

    def check_layers(self, original: Graph, prune: Prune) -> None:
        """Raise ThimbleError ``unknown-layer`` for exceptions of layers that cannot be pruned."""
        ...

    def layers(self, graph: Graph) -> frozenset[str]:
        """The names of the layers that may be pruned."""
        ...

    def prune(
        self, model: Any, original: Graph, prune: Prune, seed: int, evidence: Evidence | None
    ) -> Pruned: ...


class StructuredPruner:
    """Removes channels for good: the rebuilt model is smaller after each step."""

    def check(self, original: Graph, prune: Prune) -> None:
        structured.choose(original, ranked_without_data(prune))

    def check_layers(self, original: Graph, prune: Prune) -> None:
        structured.check_exceptions(original, prune)

    def layers(self, graph: Graph) -> frozenset[str]:
        return frozenset(layer for group in structured.find_groups(graph) for layer in group.layers)

    def prune(
        self, model: Any, original: Graph, prune: Prune, seed: int, evidence: Evidence | None
    ) -> Pruned:
        graph = graph_of_model(model)
        kept = structured.choose(graph, prune, original=original, seed=seed, evidence=evidence)
        smaller = keep_channels(model, kept)
        whole = structured.prunable_parameters(original, prune)
        left = structured.prunable_parameters(graph_of_model(smaller), prune)
        return Pruned(smaller, 1.0 - left / whole if whole else 0.0)


class ElementPruner:
    """Sets weights to zero; the shapes stay."""

    def check(self, original: Graph, prune: Prune) -> None:
        self.check_layers(original, prune)

    def check_layers(self, original: Graph, prune: Prune) -> None:
        elementwise.check_exceptions(original, prune)

    def layers(self, graph: Graph) -> frozenset[str]:
        return frozenset(op.name for op in graph.ops if graph.weight(op) is not None)

    def prune(
        self, model: Any, original: Graph, prune: Prune, seed: int, evidence: Evidence | None
    ) -> Pruned:
        graph = graph_of_model(model)
        prune = elementwise.with_parts(graph, prune)
        masks = elementwise.choose_masks(graph, prune, seed=seed, evidence=evidence)
        masked = with_weights_of(model, elementwise.mask_graph(graph, masks))
        free = [mask for layer, mask in masks.items() if layer not in prune.layers]
        whole = sum(mask.size for mask in free)
        left = sum(int(np.count_nonzero(mask)) for mask in free)
        factors = {layer: mask.astype(np.float32) for layer, mask in masks.items() if not mask.all()}
        constraint = Masked(tuple(kernels_in_keras(model, graph, factors)))
        return Pruned(masked, 1.0 - left / whole if whole else 0.0, constraint)


def zeros_of(model: Any) -> Masked:
    """What keeps the zeros of a model's kernels."""
    graph = graph_of_model(model)
    kernels = {op.name: np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None}
    factors = {layer: (kernel != 0).astype(np.float32) for layer, kernel in kernels.items()}
    with_zeros = {layer: factor for layer, factor in factors.items() if not factor.all()}
    return Masked(tuple(kernels_in_keras(model, graph, with_zeros)))


PRUNERS: dict[PruneKind, Pruner] = {
    PruneKind.STRUCTURED: StructuredPruner(),
    PruneKind.ELEMENT: ElementPruner(),
}
