"""The structures that may be pruned, put together in groups of those that are alike. NumPy alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.compress.coupling import Axes, Coupling, Ids, trace


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Structures that the same layers make and the same layers read: any one may go as well as another.

    `layer` is the first of the `layers` that make their channels; for residual connections there are
    several. `structures` are their numbers, in the order of that layer's channels.
    """

    layer: str
    layers: tuple[str, ...]
    structures: Ids

    @property
    def channels(self) -> int:
        return len(self.structures)


def find_groups(graph: Graph) -> tuple[Group, ...]:
    """The groups that may be pruned, in the order of the graph."""
    return groups_of(graph, trace(graph))


def groups_of(graph: Graph, coupling: Coupling) -> tuple[Group, ...]:
    made_by: dict[int, list[str]] = {}
    for layer, ids in coupling.makers.items():
        for structure in dict.fromkeys(ids.tolist()):
            made_by.setdefault(structure, []).append(layer)
    places = _places(coupling)
    alike: dict[tuple[tuple[str, int, int], ...], list[int]] = {}
    for structure in made_by:
        if not coupling.fixed[structure]:
            alike.setdefault(tuple(places[structure]), []).append(structure)
    groups = (
        Group(made_by[members[0]][0], tuple(made_by[members[0]]), np.asarray(members, np.int64))
        for members in alike.values()
    )
    order = {op.name: place for place, op in enumerate(graph.ops)}
    return tuple(sorted(groups, key=lambda group: order[group.layer]))


def _places(coupling: Coupling) -> dict[int, list[tuple[str, int, int]]]:
    """For each structure where it lies: constant, axis, number of entries."""
    places: dict[int, list[tuple[str, int, int]]] = {}
    for name, axes in coupling.constants.items():
        for axis, ids in enumerate(axes):
            if ids is not None:
                present, counts = np.unique(ids, return_counts=True)
                for structure, count in zip(present.tolist(), counts.tolist(), strict=True):
                    places.setdefault(structure, []).append((name, axis, count))
    return places


@dataclass(frozen=True, slots=True)
class _Axis:
    """How many entries of an axis stay: `rest` always, and `each` for every structure left of a group."""

    rest: int
    each: Mapping[int, int]

    def entries(self, left: Mapping[int, int]) -> int:
        return self.rest + sum(count * left[group] for group, count in self.each.items())


@dataclass(frozen=True, slots=True)
class Sizes:
    """Parameters as a function of how many structures are left in each group, without touching a weight.

    Groups are counted as `find_groups` lists them.
    """

    axes: Mapping[str, tuple[_Axis, ...]]
    constants_of: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, graph: Graph, coupling: Coupling, groups: tuple[Group, ...]) -> Sizes:
        owner = np.full(len(coupling.fixed), -1, np.int64)
        for place, group in enumerate(groups):
            owner[group.structures] = place
        axes = {}
        for tensor in graph.constants():
            unknown: Axes = (None,) * len(tensor.shape)
            known = coupling.constants.get(tensor.name, unknown)
            axes[tensor.name] = tuple(
                _Axis(length, {}) if ids is None else _axis(owner[ids], groups)
                for length, ids in zip(tensor.shape, known, strict=True)
            )
        constants = {op.name: tuple(n for n in op.inputs if n in axes) for op in graph.ops}
        return cls(axes, constants)

    def parameters(self, left: Mapping[int, int], layers: frozenset[str]) -> int:
        """Weights and biases of `layers`, each counted once, when so many structures are left."""
        names = {name for layer in layers for name in self.constants_of[layer]}
        return sum(prod(axis.entries(left) for axis in self.axes[name]) for name in names)

    def touched_by(self, groups: frozenset[int]) -> frozenset[str]:
        """The layers that lose parameters when structures of these groups go."""
        return frozenset(
            layer
            for layer, names in self.constants_of.items()
            if any(groups & axis.each.keys() for name in names for axis in self.axes[name])
        )


def _axis(owners: npt.NDArray[np.int64], groups: tuple[Group, ...]) -> _Axis:
    present, counts = np.unique(owners, return_counts=True)
    counted = dict(zip(present.tolist(), counts.tolist(), strict=True))
    rest = counted.pop(-1, 0)
    return _Axis(rest, {group: count // groups[group].channels for group, count in counted.items()})
