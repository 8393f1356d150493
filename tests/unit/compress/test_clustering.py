"""Weight clustering: shared values, zeros that stay zero."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compress.clustering import cluster, clustered_graph, k_means, nearest
from core.compress.elementwise import choose_masks, mask_graph
from core.recipe import Cluster, Prune, PruneKind, Scope
from tests.unit.compress.graphs import convnet, residual_net

FLOATS = st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=60)


@settings(max_examples=100, deadline=None)
@given(values=FLOATS, clusters=st.integers(1, 12))
def test_centroids_are_the_means_of_what_is_nearest(values: list[float], clusters: int) -> None:
    array = np.array(values)
    centroids = k_means(array, clusters)
    assert 1 <= len(centroids) <= clusters
    assert np.all(np.diff(centroids) > 0)
    labels = nearest(array, centroids)
    distance = np.abs(array[:, None] - centroids[None])
    chosen = distance[np.arange(len(array)), labels]
    assert chosen == pytest.approx(distance.min(axis=1), abs=1e-9)
    for place, centroid in enumerate(centroids):
        if np.any(labels == place):
            assert array[labels == place].mean() == pytest.approx(centroid, abs=1e-6)


def test_few_different_values_are_kept_as_they_are() -> None:
    assert k_means(np.array([3.0, 1.0, 3.0, -2.0]), 4).tolist() == [-2.0, 1.0, 3.0]


def test_two_heaps_are_found() -> None:
    values = np.array([0.9, 1.0, 1.1, 4.8, 5.0, 5.2])
    assert k_means(values, 2) == pytest.approx([1.0, 5.0])


@pytest.mark.parametrize("scope", list(Scope))
def test_no_more_values_than_asked(scope: Scope) -> None:
    graph = residual_net()
    books = cluster(graph, Cluster(clusters=4, scope=scope))
    clustered = clustered_graph(graph, books)
    kernels = [np.asarray(w.data) for op in clustered.ops if (w := clustered.weight(op)) is not None]
    each = [len(np.unique(kernel)) for kernel in kernels]
    together = len(np.unique(np.concatenate([kernel.reshape(-1) for kernel in kernels])))
    assert max(each) <= 4
    assert (together <= 4) == (scope is Scope.GLOBAL)
    assert len(books) == (1 if scope is Scope.GLOBAL else len(kernels))


@pytest.mark.parametrize("scope", list(Scope))
def test_zeros_stay_zero_and_count(scope: Scope) -> None:
    graph = convnet()
    masks = choose_masks(graph, Prune(kind=PruneKind.ELEMENT, sparsity=0.6))
    masked = mask_graph(graph, masks)
    clustered = clustered_graph(masked, cluster(masked, Cluster(clusters=5, scope=scope)))
    for op in masked.ops:
        before, after = masked.weight(op), clustered.weight(op)
        if before is not None and after is not None:
            kept, shared = np.asarray(before.data), np.asarray(after.data)
            assert np.array_equal(kept == 0.0, shared == 0.0)
            assert len(np.unique(shared)) <= 5
