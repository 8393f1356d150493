"""Element-wise pruning: masks that say which weights may be other than zero. NumPy alone."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import replace
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph, Tensor
from core.compress.criteria import Criterion, Evidence, find_criterion
from core.errors import ThimbleError
from core.recipe import Prune, Scope

#: True where a weight stays, by layer name, in the Graph's layout.
Masks = Mapping[str, npt.NDArray[np.bool_]]
_EPSILON = 1e-9


def choose_masks(
    graph: Graph,
    prune: Prune,
    fraction: float | None = None,
    seed: int = 0,
    evidence: Evidence | None = None,
) -> Masks:
    """Masks that make at least `fraction` (by default the recipe's sparsity) of the weights zero.

    Prunable are the weights of every layer, not the biases. Layers with an exception are pruned by that
    and do not count for the common target. Weights that are zero already go first. `evidence` (of the shapes
    of the kernels) is what the criterion needs; without it ValueError is raised. Raises ThimbleError
    ``unknown-layer``, ``criterion-does-not-fit``.
    """
    kernels = _kernels(graph)
    check_exceptions(graph, prune)
    prune = with_parts(graph, prune)
    target = prune.sparsity if fraction is None else fraction
    criterion = find_criterion(prune)
    scores = {
        layer: _scores(criterion, layer, tensor, seed, None if evidence is None else evidence[layer])
        for layer, tensor in kernels.items()
    }
    free = {layer: values for layer, values in scores.items() if layer not in prune.layers}
    if prune.threshold is not None:
        kept = {layer: values >= prune.threshold for layer, values in free.items()}
    elif prune.scope is Scope.LAYER:
        kept = {layer: _largest(values, target) for layer, values in free.items()}
    else:
        kept = _globally(free, target)
    for layer, share in prune.layers.items():
        kept[layer] = _largest(scores[layer], share)
    return {layer: mask.reshape(kernels[layer].shape) for layer, mask in kept.items()}


def check_exceptions(graph: Graph, prune: Prune) -> None:
    """Raise ThimbleError ``unknown-layer`` for an exception that names no layer with weights."""
    kernels = _kernels(graph)
    for layer in prune.layers:
        if layer not in kernels:
            raise ThimbleError(
                "unknown-layer",
                f"the recipe has an exception for {layer!r}, which has no weights or does not exist",
                f"these layers have weights: {', '.join(kernels)}",
            )


def with_parts(graph: Graph, prune: Prune) -> Prune:
    """With the exception of a layer for all its parts: a separable convolution is ``LAYER/depthwise`` too.

    A part that has an exception of its own keeps it.
    """
    owners = {part: part.rpartition("/")[0] for part in _kernels(graph) if part not in prune.layers}
    parts = {part: prune.layers[owner] for part, owner in owners.items() if owner in prune.layers}
    return replace(prune, layers={**parts, **prune.layers}) if parts else prune


def mask_graph(graph: Graph, masks: Masks) -> Graph:
    """The graph with zeros outside the masks."""
    changed = {}
    for layer, tensor in _kernels(graph).items():
        if layer in masks and tensor.data is not None:
            data = np.where(masks[layer], tensor.data, np.zeros((), tensor.data.dtype))
            changed[tensor.name] = replace(tensor, data=data)
    return graph.with_ops(graph.ops, **changed)


def prunable_weights(graph: Graph, prune: Prune) -> int:
    """Weights of the layers that the recipe's fraction refers to."""
    prune = with_parts(graph, prune)
    return sum(t.elements for layer, t in _kernels(graph).items() if layer not in prune.layers)


def _kernels(graph: Graph) -> dict[str, Tensor]:
    return {op.name: weight for op in graph.ops if (weight := graph.weight(op)) is not None}


def _scores(
    criterion: Criterion, layer: str, tensor: Tensor, seed: int, evidence: npt.NDArray[Any] | None
) -> npt.NDArray[Any]:
    if tensor.data is None:
        raise ValueError(f"layer {layer!r} has no weights")
    rng = np.random.default_rng((seed, zlib.crc32(layer.encode())))
    weights = tensor.data.reshape(1, -1)
    scores = criterion.scores(weights, rng, None if evidence is None else evidence.reshape(1, -1))
    # A weight that an earlier step took away stays away, whatever the criterion says of it now.
    return np.where(weights[0] == 0.0, -np.inf, scores)


def _globally(scores: Mapping[str, npt.NDArray[Any]], fraction: float) -> dict[str, npt.NDArray[np.bool_]]:
    """Rank the weights of all layers together."""
    if not scores:
        return {}
    mask = _largest(np.concatenate(list(scores.values())), fraction)
    ends = np.cumsum([len(values) for values in scores.values()])[:-1]
    return dict(zip(scores, np.split(mask, ends), strict=True))


def _largest(scores: npt.NDArray[Any], fraction: float) -> npt.NDArray[np.bool_]:
    """True for all but the lowest-scoring `fraction`, rounded up."""
    mask = np.ones(len(scores), np.bool_)
    removed = min(ceil(fraction * len(scores) - _EPSILON), len(scores))
    if removed > 0:
        mask[np.argpartition(scores, removed - 1)[:removed]] = False
    return mask
