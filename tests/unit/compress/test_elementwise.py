"""Element-wise masks."""

from math import ceil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compress.criteria import CRITERIA
from core.compress.elementwise import choose_masks, mask_graph, prunable_weights
from core.errors import ThimbleError
from core.recipe import Criterion, Prune, PruneKind, Scope
from tests.unit.compress.graphs import convnet


def _prune(**keys: object) -> Prune:
    return Prune(PruneKind.ELEMENT, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("criterion", list(CRITERIA))
@settings(max_examples=20, deadline=None)
@given(fraction=st.floats(0.0, 0.999))
def test_the_target_is_met_exactly(scope: Scope, criterion: Criterion, fraction: float) -> None:
    graph = convnet()
    masks = choose_masks(graph, _prune(criterion=criterion, scope=scope, sparsity=fraction))
    zeros = sum(int((~mask).sum()) for mask in masks.values())
    whole = prunable_weights(graph, _prune())
    assert whole == sum(mask.size for mask in masks.values())
    slack = len(masks) if scope is Scope.LAYER else 1
    assert ceil(fraction * whole - 1e-9) <= zeros < fraction * whole + slack


@pytest.mark.parametrize("criterion", [c for c in CRITERIA if c is not Criterion.RANDOM])
def test_the_smallest_weights_go(criterion: Criterion) -> None:
    graph = convnet()
    masks = choose_masks(graph, _prune(criterion=criterion, sparsity=0.7))
    kernels = {op.name: np.abs(np.asarray(w.data)) for op in graph.ops if (w := graph.weight(op)) is not None}
    kept = min(kernels[layer][mask].min() for layer, mask in masks.items())
    gone = max(kernels[layer][~mask].max() for layer, mask in masks.items())
    assert gone <= kept


def test_each_layer_alone() -> None:
    masks = choose_masks(convnet(), _prune(scope=Scope.LAYER, sparsity=0.75))
    assert [float(1 - mask.mean()) for mask in masks.values()] == pytest.approx([0.75] * 4, abs=0.05)


def test_a_threshold_and_exceptions() -> None:
    graph = convnet()
    masks = choose_masks(graph, _prune(threshold=0.5, layers={"a": 0.0, "d": 0.5}))
    assert masks["a"].all()
    assert float(masks["d"].mean()) == 0.5
    assert np.array_equal(masks["c"], np.abs(np.asarray(graph.tensors["c/kernel"].data)) >= 0.5)


def test_pruning_again_keeps_the_zeros() -> None:
    graph = convnet()
    half = mask_graph(graph, choose_masks(graph, _prune(sparsity=0.5)))
    more = mask_graph(half, choose_masks(half, _prune(sparsity=0.8)))
    for name in ("a/kernel", "b/kernel", "c/kernel", "d/kernel"):
        assert not np.any(
            (np.asarray(half.tensors[name].data) == 0) & (np.asarray(more.tensors[name].data) != 0)
        )
    assert more.nonzero < half.nonzero


def test_an_exception_for_a_layer_without_weights() -> None:
    with pytest.raises(ThimbleError) as caught:
        choose_masks(convnet(), _prune(layers={"pool": 0.5}))
    assert caught.value.code == "unknown-layer"
