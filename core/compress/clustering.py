"""Weight clustering: few different values, shared by many weights. NumPy alone, but for `cluster_model`.

k-means in one dimension from a linear start, after Han et al. 2016, Deep Compression, section 3. Weights that
are zero stay zero and are a cluster of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph, Tensor
from core.compress.constraints import Clustered
from core.recipe import Cluster, Scope

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int32]

#: Lloyd's iteration ends earlier where nothing moves any more.
_MOST_ITERATIONS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """Values that weights share: `labels` by layer are places in `values`, whose first is 0."""

    values: npt.NDArray[np.float32]
    labels: Mapping[str, Labels]

    @property
    def values_in_use(self) -> int:
        """How many of the values some weight has."""
        used = np.zeros(len(self.values), bool)
        for places in self.labels.values():
            used[places] = True
        return int(np.count_nonzero(used))


def cluster(graph: Graph, options: Cluster) -> tuple[Codebook, ...]:
    """The codebooks of all kernels: one for each layer, or one for all.

    `options.clusters` counts the zeros where there are some. Labels have the shapes of the Graph's kernels.
    """
    kernels = {
        op.name: weight
        for op in graph.ops
        if (weight := graph.weight(op)) is not None and weight.data is not None
    }
    if options.scope is Scope.GLOBAL:
        return (_codebook(kernels, options.clusters),) if kernels else ()
    return tuple(_codebook({layer: tensor}, options.clusters) for layer, tensor in kernels.items())


def clustered_graph(graph: Graph, books: tuple[Codebook, ...]) -> Graph:
    """The graph with the shared values."""
    ops = {op.name: op for op in graph.ops}
    changed = {}
    for book in books:
        for layer, labels in book.labels.items():
            tensor = graph.weight(ops[layer])
            if tensor is not None:
                changed[tensor.name] = replace(tensor, data=book.values[labels])
    return graph.with_ops(graph.ops, **changed)


def cluster_model(model: Any, options: Cluster) -> tuple[Any, Clustered]:
    """A Keras model with shared weights, and what keeps them shared. For worker processes."""
    from core.models.keras_graph import graph_of_model
    from core.models.keras_surgery import kernels_in_keras, with_weights_of

    graph = graph_of_model(model)
    books = cluster(graph, options)
    constraint = Clustered(tuple(tuple(kernels_in_keras(model, graph, book.labels)) for book in books))
    return with_weights_of(model, clustered_graph(graph, books)), constraint


def _codebook(kernels: Mapping[str, Tensor], clusters: int) -> Codebook:
    every = np.concatenate([np.asarray(t.data, np.float64).reshape(-1) for t in kernels.values()])
    zero = every == 0.0
    centroids = k_means(every[~zero], clusters - bool(zero.any()))
    values = np.concatenate([[0.0], centroids])
    labels = np.where(zero, 0, 1 + nearest(every, centroids)) if len(centroids) else np.zeros(len(every))
    parts = np.split(labels.astype(np.int32), np.cumsum([t.elements for t in kernels.values()])[:-1])
    shaped = {
        layer: part.reshape(tensor.shape)
        for (layer, tensor), part in zip(kernels.items(), parts, strict=True)
    }
    return Codebook(values.astype(np.float32), shaped)


def k_means(values: Floats, clusters: int) -> Floats:
    """At most `clusters` centroids, ascending; each is the mean of the values that are nearest to it."""
    different = np.unique(values)
    if len(different) <= clusters:
        return different
    ascending = np.sort(values)
    sums = np.concatenate([[0.0], np.cumsum(ascending)])
    centroids = np.linspace(ascending[0], ascending[-1], clusters)
    for _ in range(_MOST_ITERATIONS):
        borders = np.searchsorted(ascending, (centroids[1:] + centroids[:-1]) / 2, side="right")
        edges = np.concatenate([[0], borders, [len(ascending)]])
        counts = np.diff(edges)
        means = np.diff(sums[edges])[counts > 0] / counts[counts > 0]
        if len(means) == len(centroids) and np.array_equal(means, centroids):
            break
        centroids = means
    return centroids


def nearest(values: Floats, centroids: Floats) -> npt.NDArray[np.int64]:
    """For each value the place of its nearest centroid."""
    return np.searchsorted((centroids[1:] + centroids[:-1]) / 2, values, side="right").astype(np.int64)
