"""Which channels go together in networks with branches, and that removing them computes what masking does."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.graph import Add, Exp, Graph, Relu, Sigmoid, Tensor, verify
from core.compress.coupling import trace
from core.compress.structured import choose, find_groups, prunable_parameters, prune_graph
from core.recipe import Prune, Scope
from tests.unit.compress.graphs import Builder, compute, residual_net


def _masked(graph: Graph, removed: set[int]) -> Graph:
    """Zeros in all that belongs to these structures, and no entry removed."""
    changed: dict[str, Tensor] = {}
    for name, axes in trace(graph).constants.items():
        data = np.array(graph.tensors[name].data)
        for axis, ids in enumerate(axes):
            if ids is not None:
                gone = np.flatnonzero(np.isin(ids, sorted(removed)))
                data[(slice(None),) * axis + (gone,)] = 0.0
        changed[name] = replace(graph.tensors[name], data=data)
    return graph.with_ops(graph.ops, **changed)


def test_layers_whose_outputs_are_added_form_one_group() -> None:
    groups = {group.layers: group.channels for group in find_groups(residual_net())}
    assert groups == {
        ("stem/conv", "body"): 5,
        ("inner",): 4,
        ("wide", "gate"): 6,
        ("gate/inner",): 3,
        ("last",): 3,
    }


@settings(max_examples=40, deadline=None)
@given(data=st.data(), seed=st.integers(0, 1000))
def test_the_smaller_network_computes_what_the_masked_one_does(data: st.DataObject, seed: int) -> None:
    graph = residual_net(seed)
    kept, removed = {}, set[int]()
    for group in find_groups(graph):
        stays = sorted(data.draw(st.sets(st.integers(0, group.channels - 1), min_size=1)))
        kept[group.layer] = tuple(stays)
        removed |= set(np.delete(group.structures, stays).tolist())
    x = np.random.default_rng(seed).normal(size=(1, 6, 6, 2)).astype(np.float32)
    smaller = verify(prune_graph(graph, kept))
    assert compute(smaller, x) == pytest.approx(compute(_masked(graph, removed), x), rel=1e-9, abs=1e-9)
    assert smaller.parameters < graph.parameters or not removed


@pytest.mark.parametrize("scope", list(Scope))
@settings(max_examples=20, deadline=None)
@given(fraction=st.floats(0.0, 0.7), seed=st.integers(0, 5))
def test_pruning_meets_its_target(scope: Scope, fraction: float, seed: int) -> None:
    graph = residual_net(seed)
    prune = Prune(scope=scope, sparsity=fraction)
    smaller = verify(prune_graph(graph, choose(graph, prune, seed=seed)))
    whole = prunable_parameters(graph, prune)
    assert whole == graph.parameters
    assert graph.parameters - smaller.parameters >= fraction * whole - 1e-6


def test_coupled_layers_keep_the_same_channels() -> None:
    kept = choose(residual_net(), Prune(sparsity=0.5))
    assert kept["stem/conv"] == kept["body"]
    assert kept["wide"] == kept["gate"]


def test_channels_are_scored_by_all_layers_that_make_them() -> None:
    graph = residual_net()
    kernel = graph.tensors["body/kernel"]
    louder = np.array(kernel.data)
    louder[2] *= 1000.0
    graph = graph.with_ops(graph.ops, **{kernel.name: replace(kernel, data=louder)})
    assert 2 in choose(graph, Prune(sparsity=0.6))["stem/conv"]


def test_an_exception_holds_for_the_whole_group() -> None:
    kept = choose(residual_net(), Prune(sparsity=0.4, layers={"body": 0.0, "gate": 0.5, "wide": 0.75}))
    assert len(kept["stem/conv"]) == 5
    assert len(kept["wide"]) == 3


def test_contradicting_choices_are_refused() -> None:
    with pytest.raises(ValueError, match="go with another layer's"):
        prune_graph(residual_net(), {"stem/conv": (0, 1), "body": (2, 3)})


def test_what_goes_with_a_channel_need_not_be_named() -> None:
    named = prune_graph(residual_net(), {"stem/conv": (1, 4), "body": (1, 4)})
    alone = prune_graph(residual_net(), {"body": (1, 4)})
    assert {n: t.shape for n, t in named.tensors.items()} == {n: t.shape for n, t in alone.tensors.items()}
    assert alone.tensors["deep/kernel"].shape == (1, 3, 3, 4)
    assert alone.tensors["last/kernel"].shape == (3, 3, 3, 8)


def test_channels_stay_where_a_zero_would_not_arrive_as_zero() -> None:
    """Without the multiplication behind it, a sigmoid makes a half of every zero."""
    for kind, prunable in ((Relu, ["a"]), (Sigmoid, []), (Exp, [])):
        net = Builder(0, (4, 4, 2))
        between = net.add(kind("between", (net.conv("a", "x", 3),), ("between",)), 1, 4, 4, 3)
        graph = net.graph(net.conv("b", between, 2))
        assert [group.layer for group in find_groups(graph)] == prunable


def test_what_is_added_to_the_input_stays() -> None:
    net = Builder(0, (4, 4, 2))
    inner = net.conv("inner", "x", 3)
    total = net.add(Add("total", (net.conv("back", inner, 2), "x"), ("total",)), 1, 4, 4, 2)
    assert [group.layer for group in find_groups(net.graph(net.conv("last", total, 2)))] == ["inner"]
