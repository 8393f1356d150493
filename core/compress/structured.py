"""Structured pruning: which filters and neurons stay, and the network without the others. NumPy alone.

The network is a float Graph, so the window can show a pruned network in milliseconds; the Keras surgery
follows the same choice.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph, Tensor
from core.compress.criteria import find_criterion
from core.compress.groups import Consumer, Group, Source, find_groups, makes_channels, trace
from core.errors import ThimbleError
from core.recipe import Prune, Scope, SparsityOf

__all__ = ["Consumer", "Group", "Kept", "choose", "find_groups", "prunable_parameters", "prune_graph"]

#: Channels that stay, ascending, by the name of the layer that makes them. Layers not named keep all.
Kept = Mapping[str, tuple[int, ...]]
_Counts = Mapping[str, int]
#: Against 0.7 · 10 = 7.000000000000001 and the like.
_EPSILON = 1e-9


def choose(
    graph: Graph,
    prune: Prune,
    fraction: float | None = None,
    original: Graph | None = None,
    seed: int = 0,
) -> Kept:
    """Which channels stay so that `fraction` (by default the recipe's sparsity) is really gone.

    Counts what goes with the dependencies between layers, and takes the smallest choice that meets the
    target. Fractions refer to `original`, which is `graph` itself unless pruning goes in steps. Every
    layer keeps at least one channel, and the outputs stay whole. Raises ThimbleError ``unknown-layer``
    for exceptions that name no prunable layer, ``target-out-of-reach`` when too little can be removed.
    """
    original = original or graph
    check_exceptions(graph, prune)
    target = prune.sparsity if fraction is None else fraction
    ranking = _rank(graph, prune, seed)
    if prune.threshold is not None:
        keep = _above_threshold(ranking, prune.threshold)
    else:
        met = _target(original, graph, prune, target)
        search = _search_global if prune.scope is Scope.GLOBAL else _search_layer
        keep = search(ranking, _channels(original), met, target)
    keep = {**keep, **_exceptions(original, prune, ranking)}
    return {
        layer: tuple(sorted(int(n) for n in ranking.order[layer][len(ranking.order[layer]) - count :]))
        for layer, count in keep.items()
    }


def check_exceptions(graph: Graph, prune: Prune) -> None:
    """Raise ThimbleError ``unknown-layer`` for an exception that names no prunable layer."""
    groups = [group.layer for group in find_groups(graph)]
    weighted = {op.name for op in graph.ops if graph.weight(op) is not None}
    for layer, share in prune.layers.items():
        if layer in groups or (layer in weighted and share == 0.0):
            continue
        problem = "gives an output or must stay whole" if layer in weighted else "does not exist"
        known = ", ".join(groups)
        raise ThimbleError(
            "unknown-layer",
            f"the recipe has an exception for the layer {layer!r}, which {problem}",
            f"these layers can be pruned: {known}",
        )


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Scores of all channels by layer, and their numbers from the least to the most important.

    `free` are the layers that share in the common target: those without an exception of their own.
    """

    scores: Mapping[str, npt.NDArray[np.float64]]
    order: Mapping[str, npt.NDArray[np.int64]]
    free: tuple[str, ...]


def _rank(graph: Graph, prune: Prune, seed: int) -> _Ranking:
    criterion = find_criterion(prune.criterion)
    groups = find_groups(graph)
    scores = {}
    ops = {op.name: op for op in graph.ops}
    for group in groups:
        weight = graph.weight(ops[group.layer])
        if weight is None or weight.data is None:
            raise ValueError(f"layer {group.layer!r} has no weights")
        rng = np.random.default_rng((seed, zlib.crc32(group.layer.encode())))
        rows = weight.data.reshape(group.channels, -1)
        scores[group.layer] = np.asarray(criterion.scores(rows.T, rng), np.float64)
    order = {layer: np.argsort(values, kind="stable") for layer, values in scores.items()}
    return _Ranking(scores, order, tuple(layer for layer in scores if layer not in prune.layers))


def _above_threshold(ranking: _Ranking, threshold: float) -> dict[str, int]:
    return {
        layer: max(1, int(np.count_nonzero(ranking.scores[layer] >= threshold))) for layer in ranking.free
    }


_Met = Callable[[_Counts], bool]


def _target(original: Graph, graph: Graph, prune: Prune, fraction: float) -> _Met:
    """Whether channel counts (of the layers that are free) meet the target."""
    fixed = _exceptions(original, prune, None)
    if prune.of is SparsityOf.STRUCTURES:
        whole = sum(n for layer, n in _channels(original).items() if layer not in fixed)
        return lambda counts: sum(counts.values()) <= whole * (1.0 - fraction) + _EPSILON
    sizes = _Sizes.of(graph)
    counted = _free_layers(graph, prune)
    most = (1.0 - fraction) * _Sizes.of(original).parameters({}, counted)
    return lambda counts: sizes.parameters({**fixed, **counts}, counted) <= most + _EPSILON


def _free_layers(graph: Graph, prune: Prune) -> frozenset[str]:
    """The layers that lose parameters to the common target: makers and readers of free channels."""
    names: set[str] = set()
    for group in find_groups(graph):
        if group.layer not in prune.layers:
            names.update((group.layer, *(consumer.layer for consumer in group.consumers)))
    return frozenset(names)


def prunable_parameters(graph: Graph, prune: Prune) -> int:
    """Weights and biases of the layers that the recipe's fraction refers to."""
    return _Sizes.of(graph).parameters({}, _free_layers(graph, prune))


def _search_global(ranking: _Ranking, channels: _Counts, met: _Met, target: float) -> dict[str, int]:
    """Remove the least important channels of all layers until the target is met.

    Scores are divided by their layer's mean, or layers with few weights in a filter would go first.
    The most important channel of each layer stays.
    """
    layers, relative = [], []
    for place, layer in enumerate(ranking.free):
        scores = ranking.scores[layer]
        removable = ranking.order[layer][:-1]
        layers.append(np.full(len(removable), place))
        relative.append(scores[removable] / (scores.mean() or 1.0))
    if not layers:
        raise _nothing_to_prune()
    owners = np.concatenate(layers)[np.argsort(np.concatenate(relative), kind="stable")]

    def counts(removed: int) -> dict[str, int]:
        gone = np.bincount(owners[:removed], minlength=len(ranking.free))
        return {layer: len(ranking.order[layer]) - int(gone[n]) for n, layer in enumerate(ranking.free)}

    return counts(_first(len(owners), lambda removed: met(counts(removed)), target))


def _search_layer(ranking: _Ranking, channels: _Counts, met: _Met, target: float) -> dict[str, int]:
    """Remove one common fraction of each layer's channels, the smallest that meets the target."""
    if not ranking.free:
        raise _nothing_to_prune()
    shares = sorted({n / channels[layer] for layer in ranking.free for n in range(channels[layer])})

    def counts(place: int) -> dict[str, int]:
        share = shares[place]
        return {
            layer: min(
                len(ranking.order[layer]),
                max(1, channels[layer] - floor(share * channels[layer] + _EPSILON)),
            )
            for layer in ranking.free
        }

    return counts(_first(len(shares) - 1, lambda place: met(counts(place)), target))


def _first(last: int, met: Callable[[int], bool], target: float) -> int:
    """The smallest number in 0…last for which `met`, which stays true once it is."""
    if not met(last):
        raise ThimbleError(
            "target-out-of-reach",
            f"{target:.1%} cannot be removed: every layer keeps at least one channel",
            "ask for a smaller sparsity, or leave out the exceptions",
        )
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if met(middle) else (middle + 1, high)
    return low


def _nothing_to_prune() -> ThimbleError:
    return ThimbleError(
        "target-out-of-reach",
        "there is nothing to prune: every layer gives an output or has an exception",
        "leave out the exceptions, or choose a larger model",
    )


def _exceptions(original: Graph, prune: Prune, ranking: _Ranking | None) -> dict[str, int]:
    """Channels that stay in the layers with an exception, at most as many as are still there."""
    kept = {}
    for layer, count in _channels(original).items():
        if layer in prune.layers:
            stay = max(1, count - ceil(prune.layers[layer] * count - _EPSILON))
            kept[layer] = stay if ranking is None else min(stay, len(ranking.order[layer]))
    return kept


def _channels(graph: Graph) -> dict[str, int]:
    return {group.layer: group.channels for group in find_groups(graph)}


@dataclass(frozen=True, slots=True)
class _Layer:
    """What decides a layer's parameters. `inputs` counts weights per output channel and input channel."""

    outputs: int
    feeder: str | None
    inputs: int
    input_channels: int


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Parameters as a function of channel counts, without touching any weight."""

    layers: Mapping[str, _Layer]

    @classmethod
    def of(cls, graph: Graph) -> _Sizes:
        traced = trace(graph)
        outputs = {
            op.name: weight.shape[0]
            for op in graph.ops
            if makes_channels(op) and (weight := graph.weight(op)) is not None
        }
        layers = {}
        for op in graph.ops:
            if op.name in outputs:
                source = traced.sources.get(op.inputs[0])
                per_output = graph.tensors[op.inputs[1]].elements // outputs[op.name]
                channels = outputs[source.layer] if source else 1
                feeder = source.layer if source else None
                layers[op.name] = _Layer(outputs[op.name], feeder, per_output // channels, channels)
        return cls(layers)

    def parameters(self, counts: _Counts, layers: frozenset[str]) -> int:
        """Weights and biases of `layers` when only so many channels are left."""
        total = 0
        for name in layers:
            layer = self.layers[name]
            outputs = counts.get(name, layer.outputs)
            channels = counts.get(layer.feeder, layer.input_channels) if layer.feeder else 1
            total += outputs * (layer.inputs * channels + 1)
        return total


def prune_graph(graph: Graph, kept: Kept) -> Graph:
    """The float graph with only the kept channels; it computes what the graph with the others zero does.

    Raises ValueError when `kept` names a layer whose channels cannot be pruned, or channels it lacks.
    """
    _check_kept(graph, kept)
    sources = trace(graph).sources
    ops = [op for op in graph.ops if makes_channels(op)]
    width = {op.name: graph.tensors[op.outputs[0]].shape[-1] for op in ops}
    changed: dict[str, Tensor] = {}
    for op in ops:
        rows = kept.get(op.name)
        columns = _places(sources.get(op.inputs[0]), kept, width)
        kernel = graph.tensors[op.inputs[1]]
        changed[kernel.name] = _take(_take(kernel, rows, 0), columns, -1)
        for bias in op.inputs[2:]:
            changed[bias] = _take(graph.tensors[bias], rows, 0)
    for name, source in sources.items():
        places = _places(source, kept, width)
        if places is not None:
            tensor = graph.tensors[name]
            changed[name] = replace(tensor, shape=(*tensor.shape[:-1], len(places)))
    return graph.with_ops(graph.ops, **changed)


def _check_kept(graph: Graph, kept: Kept) -> None:
    channels = _channels(graph)
    for layer, numbers in kept.items():
        if layer not in channels:
            raise ValueError(f"the channels of layer {layer!r} cannot be pruned")
        if (
            not numbers
            or list(numbers) != sorted(set(numbers))
            or not 0 <= numbers[0] <= numbers[-1] < channels[layer]
        ):
            raise ValueError(f"layer {layer!r} cannot keep the channels {numbers}")


def _places(source: Source | None, kept: Kept, width: _Counts) -> npt.NDArray[np.int64] | None:
    """Entries of the last axis that stay, or None for all."""
    if source is None or source.layer not in kept:
        return None
    steps = np.arange(source.repeat)[:, None] * width[source.layer]
    return np.asarray(steps + np.asarray(kept[source.layer], np.int64), np.int64).reshape(-1)


def _take(tensor: Tensor, places: npt.NDArray[np.int64] | tuple[int, ...] | None, axis: int) -> Tensor:
    if places is None or tensor.data is None:
        return tensor
    data = np.take(tensor.data, np.asarray(places), axis=axis)
    return replace(tensor, shape=tuple(data.shape), data=data)
