"""Element-wise masks."""

from math import ceil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.compress.criteria import CRITERIA, serves
from core.compress.elementwise import choose_masks, mask_graph, prunable_weights
from core.errors import ThimbleError
from core.models.keras_graph import read_keras_graph
from core.recipe import Criterion, Prune, PruneKind, Scope
from tests.unit.compress.evidence import random_evidence
from tests.unit.compress.graphs import convnet
from tests.unit.models.keras_files import conv, random_weights, sequential, write_keras

ELEMENT = [criterion for criterion in CRITERIA if serves(criterion, PruneKind.ELEMENT)]


def _prune(**keys: object) -> Prune:
    return Prune(PruneKind.ELEMENT, **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("criterion", ELEMENT)
@settings(max_examples=20, deadline=None)
@given(fraction=st.floats(0.0, 0.999))
def test_the_target_is_met_exactly(scope: Scope, criterion: Criterion, fraction: float) -> None:
    graph = convnet()
    prune = _prune(criterion=criterion, scope=scope, sparsity=fraction)
    masks = choose_masks(graph, prune, evidence=random_evidence(graph, criterion))
    zeros = sum(int((~mask).sum()) for mask in masks.values())
    whole = prunable_weights(graph, _prune())
    assert whole == sum(mask.size for mask in masks.values())
    slack = len(masks) if scope is Scope.LAYER else 1
    assert ceil(fraction * whole - 1e-9) <= zeros < fraction * whole + slack


@pytest.mark.parametrize("criterion", [Criterion.MAGNITUDE, Criterion.L1, Criterion.L2])
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


@pytest.mark.parametrize("criterion", ELEMENT)
def test_pruning_again_keeps_the_zeros(criterion: Criterion) -> None:
    graph, prune = convnet(), _prune(criterion=criterion)
    first = choose_masks(graph, prune, 0.5, 1, random_evidence(graph, criterion, 1))
    half = mask_graph(graph, first)
    second = choose_masks(half, prune, 0.8, 2, random_evidence(half, criterion, 2))
    assert not any(np.any(second[layer] & ~first[layer]) for layer in first)
    whole, biases = prunable_weights(graph, prune), 4 + 6 + 8 + 3
    assert mask_graph(half, second).nonzero == whole - ceil(0.8 * whole) + biases


def test_the_weights_that_change_the_loss_least_go() -> None:
    graph = convnet()
    kernels = {op.name: np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None}
    wanted = random_evidence(graph, Criterion.GRADIENT, 7)
    assert wanted is not None
    evidence = {layer: wanted[layer] / np.abs(kernel) for layer, kernel in kernels.items()}
    masks = choose_masks(graph, _prune(criterion=Criterion.GRADIENT), 0.6, evidence=evidence)
    kept = min(wanted[layer][mask].min() for layer, mask in masks.items())
    gone = max(wanted[layer][~mask].max() for layer, mask in masks.items())
    assert gone < kept


def test_without_evidence_nothing_is_chosen() -> None:
    with pytest.raises(ValueError, match="evidence"):
        choose_masks(convnet(), _prune(criterion=Criterion.GRADIENT))
    with pytest.raises(ThimbleError, match="single weights"):
        choose_masks(convnet(), _prune(criterion=Criterion.ACTIVATION))


def test_an_exception_for_a_layer_without_weights() -> None:
    with pytest.raises(ThimbleError) as caught:
        choose_masks(convnet(), _prune(layers={"pool": 0.5}))
    assert caught.value.code == "unknown-layer"


def test_an_exception_holds_for_both_halves_of_a_separable_convolution(tmp_path: Path) -> None:
    described = {**conv("two", 3, depth_multiplier=1), "class_name": "SeparableConv2D"}
    shapes = {
        "conv2d": ((3, 3, 1, 2), (2,)),
        "separable_conv2d": ((3, 3, 2, 1), (1, 1, 2, 3), (3,)),
    }
    model = sequential([conv("one", 2), described])
    graph = read_keras_graph(write_keras(tmp_path / "m.keras", model, random_weights(shapes)))
    whole = Prune(kind=PruneKind.ELEMENT, sparsity=0.5, layers={"two": 0.0})
    masks = choose_masks(graph, whole)
    assert masks["two"].all()
    assert masks["two/depthwise"].all()
    assert not masks["one"].all()
    assert prunable_weights(graph, whole) == 18
    apart = Prune(kind=PruneKind.ELEMENT, sparsity=0.5, layers={"two": 0.0, "two/depthwise": 0.5})
    assert np.count_nonzero(choose_masks(graph, apart)["two/depthwise"]) == 9
