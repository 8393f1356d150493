"""Structured pruning on the Graph: dependencies, targets, and that the smaller network computes the same."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.graph import (
    Dense,
    DType,
    Graph,
    Op,
    Reshape,
    Softmax,
    Tensor,
    verify,
)
from core.compress.criteria import CRITERIA
from core.compress.structured import choose, find_groups, prunable_parameters, prune_graph
from core.errors import ThimbleError
from core.recipe import Criterion, Prune, Scope, SparsityOf
from tests.unit.compress.evidence import random_evidence
from tests.unit.compress.graphs import compute, convnet

FRACTIONS = st.floats(0.0, 0.8)


def _gone(before: Graph, after: Graph) -> float:
    return 1.0 - after.parameters / before.parameters


def test_groups_follow_pooling_and_flattening() -> None:
    groups = find_groups(convnet())
    assert [(group.layers, group.channels) for group in groups] == [(("a",), 4), (("b",), 6), (("c",), 8)]
    smaller = prune_graph(convnet(), {"b": (1, 4)})
    assert smaller.tensors["c/kernel"].shape == (8, 4 * 2)


def test_the_output_layer_is_no_group() -> None:
    assert "d" not in {group.layer for group in find_groups(convnet())}


def test_a_softmax_inside_keeps_its_channels() -> None:
    graph = convnet()
    hidden = graph.tensors["c"]
    inner = Softmax("inner", ("c",), ("c2",))
    last = replace(graph.ops[5], inputs=("c2", *graph.ops[5].inputs[1:]))
    ops = (*graph.ops[:5], inner, last, graph.ops[6])
    changed = verify(graph.with_ops(ops, c2=replace(hidden, name="c2")))
    assert [group.layer for group in find_groups(changed)] == ["a", "b"]


def test_a_reshape_that_mixes_channels_keeps_them() -> None:
    tensors = {
        "x": Tensor("x", (1, 4), DType.FLOAT32),
        "k": Tensor("k", (6, 4), DType.FLOAT32, data=np.ones((6, 4), np.float32)),
        "b": Tensor("b", (6,), DType.FLOAT32, data=np.ones(6, np.float32)),
        "h": Tensor("h", (1, 6), DType.FLOAT32),
        "y": Tensor("y", (1, 3, 1, 2), DType.FLOAT32),
    }
    ops: tuple[Op, ...] = (Dense("h", ("x", "k", "b"), ("h",)), Reshape("r", ("h",), ("y",)))
    assert find_groups(verify(Graph("g", tensors, ops, ("x",), ("y",)))) == ()


@pytest.mark.parametrize("scope", list(Scope))
@pytest.mark.parametrize("criterion", list(CRITERIA))
@settings(max_examples=30, deadline=None)
@given(fraction=FRACTIONS, seed=st.integers(0, 5))
def test_pruning_meets_its_target(scope: Scope, criterion: Criterion, fraction: float, seed: int) -> None:
    graph = convnet((5, 7), 9, seed=seed)
    prune = Prune(criterion=criterion, scope=scope, sparsity=fraction)
    kept = choose(graph, prune, seed=seed, evidence=random_evidence(graph, criterion, seed))
    smaller = verify(prune_graph(graph, kept))
    whole = prunable_parameters(graph, prune)
    assert whole == graph.parameters
    assert _gone(graph, smaller) >= fraction - 1e-9
    assert all(len(channels) >= 1 for channels in kept.values())
    assert smaller.tensors["y"].shape == (1, 3)


@settings(max_examples=30, deadline=None)
@given(fraction=FRACTIONS)
def test_the_target_is_not_overshot_by_more_than_a_channel(fraction: float) -> None:
    graph = convnet((5, 7), 9)
    kept = choose(graph, Prune(sparsity=fraction))
    widest = max(  # what one channel more would have cost
        graph.parameters - prune_graph(graph, {layer: channels[1:]}).parameters
        for layer, channels in choose(graph, Prune(sparsity=0.0)).items()
    )
    assert _gone(graph, prune_graph(graph, kept)) < fraction + widest / graph.parameters + 1e-9


@settings(max_examples=25, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_smaller_network_computes_what_the_masked_one_does(data: st.DataObject, seed: int) -> None:
    graph = convnet(seed=seed)
    kept = {
        group.layer: tuple(sorted(data.draw(st.sets(st.integers(0, group.channels - 1), min_size=1))))
        for group in find_groups(graph)
    }
    masked = graph
    for op in graph.ops:
        if op.name in kept:
            for name in op.inputs[1:3]:
                zeroed = np.array(masked.tensors[name].data)
                zeroed[[n for n in range(len(zeroed)) if n not in kept[op.name]]] = 0.0
                masked = masked.with_ops(masked.ops, **{name: replace(masked.tensors[name], data=zeroed)})
    x = np.random.default_rng(seed).normal(size=(1, 8, 8, 2)).astype(np.float32)
    assert compute(prune_graph(graph, kept), x) == pytest.approx(compute(masked, x), abs=1e-9)


def test_the_least_important_channels_go() -> None:
    graph = convnet()
    kernel = np.array(graph.tensors["b/kernel"].data)
    kernel[[1, 4]] *= 0.01
    graph = graph.with_ops(graph.ops, **{"b/kernel": replace(graph.tensors["b/kernel"], data=kernel)})
    kept = choose(graph, Prune(sparsity=0.2))
    assert not {1, 4} & set(kept["b"])
    assert len(kept["a"]) == 4


def test_structures_count_filters_and_neurons() -> None:
    graph = convnet((10, 10), 10)
    prune = Prune(of=SparsityOf.STRUCTURES, sparsity=0.6)
    kept = choose(graph, prune)
    assert sum(len(channels) for channels in kept.values()) == 12
    assert _gone(graph, prune_graph(graph, kept)) > 0.7
    each = choose(graph, replace(prune, scope=Scope.LAYER))
    assert [len(channels) for channels in each.values()] == [4, 4, 4]


def test_one_fraction_for_every_layer() -> None:
    kept = choose(convnet((20, 20), 20), Prune(scope=Scope.LAYER, sparsity=0.75))
    assert len({len(channels) for channels in kept.values()}) == 1


def test_a_threshold_is_a_score() -> None:
    graph = convnet()
    norms = np.abs(np.asarray(graph.tensors["c/kernel"].data)).sum(axis=1, dtype=np.float64)
    threshold = float(np.sort(norms)[3])
    kept = choose(graph, Prune(threshold=threshold, layers={"a": 0.0, "b": 0.0}))
    assert kept["c"] == tuple(int(n) for n in np.flatnonzero(norms >= threshold))
    assert choose(graph, Prune(threshold=1e9))["c"] == (int(norms.argmax()),)


def test_exceptions_are_fractions_of_the_layers_channels() -> None:
    graph = convnet((4, 6), 8)
    prune = Prune(sparsity=0.3, layers={"a": 0.5, "b": 0.0, "d": 0.0})
    kept = choose(graph, prune)
    assert len(kept["a"]) == 2
    assert len(kept["b"]) == 6
    assert len(kept["c"]) < 8


@pytest.mark.parametrize(("layers", "word"), [({"nope": 0.5}, "does not exist"), ({"d": 0.5}, "output")])
def test_exceptions_for_layers_that_cannot_be_pruned(layers: dict[str, float], word: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        choose(convnet(), Prune(layers=layers))
    assert caught.value.code == "unknown-layer"
    assert word in caught.value.what
    assert "a, b, c" in caught.value.hint


def test_too_much_is_told() -> None:
    for prune in (Prune(sparsity=0.99), Prune(layers={"a": 0.0, "b": 0.0, "c": 0.0})):
        with pytest.raises(ThimbleError) as caught:
            choose(convnet(), prune)
        assert caught.value.code == "target-out-of-reach"


@pytest.mark.parametrize("scope", list(Scope))
def test_steps_refer_to_the_original(scope: Scope) -> None:
    original = convnet((12, 12), 24)
    current = original
    for fraction in (0.4, 0.6, 0.75):
        prune = Prune(sparsity=fraction, scope=scope, layers={"a": fraction})
        current = prune_graph(current, choose(current, prune, original=original))
        assert current.tensors["a"].shape[-1] == 12 - int(np.ceil(12 * fraction))
        counted = sum(current.tensors[n].elements for op in current.ops[2:6] for n in op.inputs if "/" in n)
        whole = prunable_parameters(original, prune)
        assert counted <= whole * (1 - fraction) + 1e-6
    assert _gone(original, current) == pytest.approx(0.75, abs=0.08)


def test_random_choices_depend_on_the_seed() -> None:
    prune = Prune(criterion=Criterion.RANDOM, sparsity=0.5)
    graph = convnet((12, 12), 24)
    assert choose(graph, prune, seed=1) == choose(graph, prune, seed=1)
    assert choose(graph, prune, seed=1) != choose(graph, prune, seed=2)


@pytest.mark.parametrize(
    "kept", [{"d": (0,)}, {"a": ()}, {"a": (4,)}, {"a": (1, 1)}, {"a": (2, 1)}, {"a": (-1,)}]
)
def test_a_wrong_choice_is_refused(kept: dict[str, tuple[int, ...]]) -> None:
    with pytest.raises(ValueError, match="cannot"):
        prune_graph(convnet(), kept)


def test_what_rarely_fires_goes() -> None:
    graph = convnet((4, 6), 8)
    evidence = {
        "a": np.array([0.9, 0.1, 0.8, 0.2]),
        "b": np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7]),
        "c": np.linspace(1.0, 0.3, 8),
        "d": np.ones(3),
    }
    prune = Prune(criterion=Criterion.ACTIVATION, scope=Scope.LAYER, of=SparsityOf.STRUCTURES)
    kept = choose(graph, prune, 0.5, evidence=evidence)
    assert kept == {"a": (0, 2), "b": (1, 3, 5), "c": (0, 1, 2, 3)}


def test_filters_that_change_the_loss_least_go() -> None:
    graph = convnet((4, 6), 8)
    evidence = {
        op.name: np.ones(weight.shape) for op in graph.ops if (weight := graph.weight(op)) is not None
    }
    quiet = dict(evidence)
    quiet["a"] = evidence["a"].copy()
    quiet["a"][2] = 0.0
    prune = Prune(criterion=Criterion.GRADIENT, threshold=1e-6)
    assert choose(graph, prune, evidence=evidence)["a"] == (0, 1, 2, 3)
    assert choose(graph, prune, evidence=quiet)["a"] == (0, 1, 3)
    with pytest.raises(ValueError, match="evidence"):
        choose(graph, prune)
