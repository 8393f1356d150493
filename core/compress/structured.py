"""Structured pruning: which filters and neurons stay, and the network without the others. NumPy alone.

The network is a float Graph, so the window can show a pruned network in milliseconds; the Keras surgery
follows the same choice.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph, Tensor
from core.compress.coupling import Coupling, trace
from core.compress.criteria import Evidence, find_criterion
from core.compress.groups import Group, Sizes, find_groups, groups_of
from core.errors import ThimbleError
from core.recipe import Prune, Scope, SparsityOf

__all__ = ["Group", "Kept", "choose", "choose_alone", "find_groups", "prunable_parameters", "prune_graph"]

#: Channels that stay, ascending, by the name of the layer that makes them. Layers not named keep all but
#: what goes with the others'.
Kept = Mapping[str, tuple[int, ...]]
#: How many structures are left, by the place of the group.
_Counts = Mapping[int, int]
#: Against 0.7 · 10 = 7.000000000000001 and the like.
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    """A graph with what is known of its channels. Groups are named by their place in `groups`."""

    graph: Graph
    coupling: Coupling
    groups: tuple[Group, ...]
    sizes: Sizes

    @classmethod
    def of(cls, graph: Graph) -> _Network:
        coupling = trace(graph)
        groups = groups_of(graph, coupling)
        return cls(graph, coupling, groups, Sizes.of(graph, coupling, groups))

    @property
    def channels(self) -> dict[int, int]:
        return {place: group.channels for place, group in enumerate(self.groups)}

    def exception(self, place: int, prune: Prune) -> float | None:
        """The fraction that the recipe gives for this group: the smallest, where its layers differ."""
        given = [prune.layers[layer] for layer in self.groups[place].layers if layer in prune.layers]
        return min(given, default=None)

    def free(self, prune: Prune) -> tuple[int, ...]:
        """The groups that share in the common target."""
        return tuple(n for n in range(len(self.groups)) if self.exception(n, prune) is None)

    def counted(self, prune: Prune) -> frozenset[str]:
        """The layers that lose parameters to the common target: makers and readers of free channels."""
        return self.sizes.touched_by(frozenset(self.free(prune)))


def choose(
    graph: Graph,
    prune: Prune,
    fraction: float | None = None,
    original: Graph | None = None,
    seed: int = 0,
    evidence: Evidence | None = None,
) -> Kept:
    """Which channels stay so that `fraction` (by default the recipe's sparsity) is really gone.

    Counts what goes with the dependencies between layers, and takes the smallest choice that meets the
    target. Fractions refer to `original`, which is `graph` itself unless pruning goes in steps. Every
    layer keeps at least one channel, and the outputs stay whole. `evidence` is what the criterion needs;
    without it ValueError is raised. Raises ThimbleError ``unknown-layer`` for exceptions that name no
    prunable layer, ``target-out-of-reach`` when too little can be removed.
    """
    network = _Network.of(graph)
    whole = network if original is None or original is graph else _Network.of(original)
    _check_exceptions(network, prune)
    target = prune.sparsity if fraction is None else fraction
    ranking = _rank(network, prune, seed, evidence)
    if prune.threshold is not None:
        keep = _above_threshold(ranking, prune.threshold)
    else:
        met = _target(whole, network, prune, target)
        search = _search_global if prune.scope is Scope.GLOBAL else _search_layer
        keep = search(ranking, whole.channels, met, target)
    keep = {**keep, **_exceptions(whole, prune, ranking)}
    return _kept(network, ranking, keep)


def choose_alone(
    graph: Graph,
    prune: Prune,
    layer: str,
    fractions: Sequence[float],
    seed: int = 0,
    evidence: Evidence | None = None,
) -> list[Kept]:
    """Which channels stay when only one group loses some: a choice for each of the `fractions` of it.

    `layer` is the group's `layer` as `find_groups` gives it; every choice keeps at least one channel.
    `evidence` is what the criterion needs; without it ValueError is raised.
    """
    network = _Network.of(graph)
    ranking = _rank(network, prune, seed, evidence)
    places = [place for place, group in enumerate(network.groups) if group.layer == layer]

    def keep(fraction: float) -> _Counts:
        whole = {place: network.groups[place].channels for place in places}
        return {place: max(1, count - ceil(fraction * count - _EPSILON)) for place, count in whole.items()}

    return [_kept(network, ranking, keep(fraction)) for fraction in fractions]


def _kept(network: _Network, ranking: _Ranking, keep: _Counts) -> Kept:
    """The channels of each layer when the `keep` most important structures of each group stay."""
    stays = np.ones(len(network.coupling.fixed), np.bool_)
    for place, count in keep.items():
        order = ranking.order[place]
        stays[network.groups[place].structures[order[: len(order) - count]]] = False
    layers = {layer for group in network.groups for layer in group.layers}
    return {
        layer: tuple(np.flatnonzero(stays[ids]).tolist())
        for layer, ids in network.coupling.makers.items()
        if layer in layers
    }


def check_exceptions(graph: Graph, prune: Prune) -> None:
    """Raise ThimbleError ``unknown-layer`` for an exception that names no prunable layer."""
    _check_exceptions(_Network.of(graph), prune)


def _check_exceptions(network: _Network, prune: Prune) -> None:
    prunable = dict.fromkeys(layer for group in network.groups for layer in group.layers)
    weighted = {op.name for op in network.graph.ops if network.graph.weight(op) is not None}
    for layer, share in prune.layers.items():
        if layer in prunable or (layer in weighted and share == 0.0):
            continue
        problem = "gives an output or must stay whole" if layer in weighted else "does not exist"
        raise ThimbleError(
            "unknown-layer",
            f"the recipe has an exception for the layer {layer!r}, which {problem}",
            f"these layers can be pruned: {', '.join(prunable)}",
        )


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Scores of all structures by group, and their places from the least to the most important.

    `free` are the groups that share in the common target: those without an exception of their own.
    """

    scores: Mapping[int, npt.NDArray[np.float64]]
    order: Mapping[int, npt.NDArray[np.int64]]
    free: tuple[int, ...]


def _rank(network: _Network, prune: Prune, seed: int, evidence: Evidence | None) -> _Ranking:
    criterion = find_criterion(prune)
    kernels = _kernels(network)
    scores = {}
    for place, group in enumerate(network.groups):
        rng = np.random.default_rng((seed, zlib.crc32(group.layer.encode())))
        known = None if evidence is None else _columns(network, group, evidence)
        values = criterion.scores(_columns(network, group, kernels), rng, known)
        scores[place] = np.asarray(values, np.float64)
    order = {place: np.argsort(values, kind="stable") for place, values in scores.items()}
    return _Ranking(scores, order, network.free(prune))


def _kernels(network: _Network) -> dict[str, npt.NDArray[Any]]:
    """The weights of the layers that make the channels of some group."""
    ops = {op.name: op for op in network.graph.ops}
    kernels = {}
    for layer in {layer for group in network.groups for layer in group.layers}:
        weight = network.graph.weight(ops[layer])
        if weight is None or weight.data is None:
            raise ValueError(f"layer {layer!r} has no weights")
        kernels[layer] = weight.data
    return kernels


def _columns(network: _Network, group: Group, by_layer: Evidence) -> npt.NDArray[Any]:
    """What belongs to each structure of a group, [values of each, structures], in all layers that make it.

    The arrays of the layers count output channels along their first axis.
    """
    parts = []
    for layer in group.layers:
        rows = by_layer[layer].reshape(len(by_layer[layer]), -1)
        made = network.coupling.makers[layer]
        place = {structure: n for n, structure in enumerate(group.structures.tolist())}
        channels = [n for n, structure in enumerate(made.tolist()) if structure in place]
        # A layer may make several channels of one structure: they are scored together.
        channels.sort(key=lambda n: place[int(made[n])])
        parts.append(rows[channels].reshape(group.channels, -1))
    return np.concatenate(parts, axis=1).T


def _above_threshold(ranking: _Ranking, threshold: float) -> dict[int, int]:
    return {
        place: max(1, int(np.count_nonzero(ranking.scores[place] >= threshold))) for place in ranking.free
    }


_Met = Callable[[_Counts], bool]


def _target(whole: _Network, network: _Network, prune: Prune, fraction: float) -> _Met:
    """Whether what is left of the free groups meets the target."""
    fixed = _exceptions(whole, prune, None)
    if prune.of is SparsityOf.STRUCTURES:
        structures = sum(n for place, n in whole.channels.items() if place not in fixed)
        return lambda counts: sum(counts.values()) <= structures * (1.0 - fraction) + _EPSILON
    counted = network.counted(prune)
    most = (1.0 - fraction) * whole.sizes.parameters(whole.channels, whole.counted(prune))
    now = {**network.channels, **fixed}
    return lambda counts: network.sizes.parameters({**now, **counts}, counted) <= most + _EPSILON


def prunable_parameters(graph: Graph, prune: Prune) -> int:
    """Weights and biases of the layers that the recipe's fraction refers to."""
    network = _Network.of(graph)
    return network.sizes.parameters(network.channels, network.counted(prune))


def _search_global(ranking: _Ranking, channels: _Counts, met: _Met, target: float) -> dict[int, int]:
    """Remove the least important structures of all groups until the target is met.

    Scores are divided by their group's mean, or layers with few weights in a filter would go first.
    The most important structure of each group stays.
    """
    groups, relative = [], []
    for n, place in enumerate(ranking.free):
        scores = ranking.scores[place]
        removable = ranking.order[place][:-1]
        groups.append(np.full(len(removable), n))
        relative.append(scores[removable] / (scores.mean() or 1.0))
    if not groups:
        raise _nothing_to_prune()
    owners = np.concatenate(groups)[np.argsort(np.concatenate(relative), kind="stable")]

    def counts(removed: int) -> dict[int, int]:
        gone = np.bincount(owners[:removed], minlength=len(ranking.free))
        return {place: len(ranking.order[place]) - int(gone[n]) for n, place in enumerate(ranking.free)}

    return counts(_first(len(owners), lambda removed: met(counts(removed)), target))


def _search_layer(ranking: _Ranking, channels: _Counts, met: _Met, target: float) -> dict[int, int]:
    """Remove one common fraction of each group, the smallest that meets the target."""
    if not ranking.free:
        raise _nothing_to_prune()
    shares = sorted({n / channels[place] for place in ranking.free for n in range(channels[place])})

    def counts(step: int) -> dict[int, int]:
        share = shares[step]
        return {
            place: min(
                len(ranking.order[place]),
                max(1, channels[place] - floor(share * channels[place] + _EPSILON)),
            )
            for place in ranking.free
        }

    return counts(_first(len(shares) - 1, lambda step: met(counts(step)), target))


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


def _exceptions(whole: _Network, prune: Prune, ranking: _Ranking | None) -> dict[int, int]:
    """Structures that stay in the groups with an exception, at most as many as are still there."""
    kept = {}
    for place, count in whole.channels.items():
        share = whole.exception(place, prune)
        if share is not None:
            stay = max(1, count - ceil(share * count - _EPSILON))
            kept[place] = stay if ranking is None else min(stay, len(ranking.order[place]))
    return kept


def prune_graph(graph: Graph, kept: Kept) -> Graph:
    """The float graph with only the kept channels; it computes what the graph with the others zero does.

    What is coupled with a removed channel goes with it. Raises ValueError when `kept` names a layer whose
    channels cannot be pruned, channels it lacks, or two layers that contradict each other.
    """
    coupling = trace(graph)
    stays = _staying(coupling, kept)
    changed: dict[str, Tensor] = {}
    for name, axes in coupling.constants.items():
        tensor = graph.tensors[name]
        for axis, ids in enumerate(axes):
            if ids is not None and not stays[ids].all():
                tensor = _take(tensor, np.flatnonzero(stays[ids]), axis)
        changed[name] = tensor
    for name, ids in coupling.activations.items():
        left = int(np.count_nonzero(stays[ids]))
        if left != len(ids):
            tensor = graph.tensors[name]
            changed[name] = replace(tensor, shape=(*tensor.shape[:-1], left))
    return graph.with_ops(graph.ops, **changed)


def _staying(coupling: Coupling, kept: Kept) -> npt.NDArray[np.bool_]:
    """Whether each structure stays."""
    stays = np.ones(len(coupling.fixed), np.bool_)
    for layer, numbers in kept.items():
        made = coupling.makers.get(layer)
        if made is None or coupling.fixed[made].all():
            raise ValueError(f"the channels of layer {layer!r} cannot be pruned")
        if (
            not numbers
            or list(numbers) != sorted(set(numbers))
            or not 0 <= numbers[0] <= numbers[-1] < len(made)
        ):
            raise ValueError(f"layer {layer!r} cannot keep the channels {numbers}")
        stays[np.delete(made, numbers)] = False
    for layer, numbers in kept.items():
        if not stays[coupling.makers[layer][list(numbers)]].all():
            raise ValueError(f"layer {layer!r} cannot keep channels that go with another layer's")
    if np.any(coupling.fixed & ~stays):
        raise ValueError("channels that must stay cannot be removed")
    return stays


def _take(tensor: Tensor, places: npt.NDArray[np.int64], axis: int) -> Tensor:
    if tensor.data is None:
        return tensor
    data = np.ascontiguousarray(np.take(tensor.data, places, axis=axis))
    return replace(tensor, shape=tuple(data.shape), data=data)
