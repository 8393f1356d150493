"""One pruning step on a Keras model. One class a kind of pruning; for worker processes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from codegen.graph import Graph
from core.compress import elementwise, structured
from core.compress.finetune import Masks
from core.models.keras_graph import graph_of_model
from core.models.keras_layers.stored import STORED, weights_from
from core.models.keras_surgery import keep_channels, with_weights_of
from core.recipe import Prune, PruneKind


@dataclass(frozen=True, slots=True)
class Pruned:
    """The model after a step. `masks` must hold during fine-tuning.

    `sparsity` is the fraction of the prunable parameters of the original that is gone or zero.
    """

    model: Any
    sparsity: float
    masks: Masks = field(default_factory=lambda: MappingProxyType({}))


class Pruner(Protocol):
    """Prunes a model step by step; `original` is the Graph from before the first step."""

    def check(self, original: Graph, prune: Prune) -> None:
        """Raise ThimbleError when the recipe cannot be met, before any training."""
        ...

    def prune(self, model: Any, original: Graph, prune: Prune, seed: int) -> Pruned: ...


class StructuredPruner:
    """Removes channels for good: the rebuilt model is smaller after each step."""

    def check(self, original: Graph, prune: Prune) -> None:
        structured.choose(original, prune)

    def prune(self, model: Any, original: Graph, prune: Prune, seed: int) -> Pruned:
        kept = structured.choose(graph_of_model(model), prune, original=original, seed=seed)
        smaller = keep_channels(model, kept)
        whole = structured.prunable_parameters(original, prune)
        left = structured.prunable_parameters(graph_of_model(smaller), prune)
        return Pruned(smaller, 1.0 - left / whole if whole else 0.0)


class ElementPruner:
    """Sets weights to zero; the shapes stay."""

    def check(self, original: Graph, prune: Prune) -> None:
        elementwise.check_exceptions(original, prune)

    def prune(self, model: Any, original: Graph, prune: Prune, seed: int) -> Pruned:
        graph = graph_of_model(model)
        masks = elementwise.choose_masks(graph, prune, seed=seed)
        masked = with_weights_of(model, elementwise.mask_graph(graph, masks))
        free = [mask for layer, mask in masks.items() if layer not in prune.layers]
        whole = sum(mask.size for mask in free)
        left = sum(int(np.count_nonzero(mask)) for mask in free)
        return Pruned(masked, 1.0 - left / whole if whole else 0.0, _masks_of(model, graph, masks))


def _masks_of(model: Any, graph: Graph, masks: elementwise.Masks) -> Masks:
    """The masks in Keras' layouts: what becomes of a network of ones when it is masked."""
    ones = {t.name: replace(t, data=np.ones(t.shape, np.float32)) for t in graph.constants()}
    masked = elementwise.mask_graph(graph.with_ops(graph.ops, **ones), masks)
    return {
        layer.name: tuple(weights_from(masked, layer.name, type(layer).__name__, layer.get_config()))
        for layer in model.layers
        if any(stored.prunable for stored in STORED.get(type(layer).__name__, ()))
    }


PRUNERS: dict[PruneKind, Pruner] = {
    PruneKind.STRUCTURED: StructuredPruner(),
    PruneKind.ELEMENT: ElementPruner(),
}
