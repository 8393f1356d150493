"""What the criteria measure with a model and data, against other ways to the same numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.compress.criteria import CRITERIA, Needs
from core.compress.elementwise import choose_masks
from core.compress.evidence import gather
from core.compress.structured import choose, prune_graph
from core.data import DataSet
from core.errors import CancelledByUser, ThimbleError
from core.models.keras_graph import graph_of_model
from core.recipe import Criterion, Prune, PruneKind
from tests.tf.conftest import build_branched, build_small

pytestmark = pytest.mark.tf
NEEDY = [criterion for criterion in CRITERIA if CRITERIA[criterion].needs is not Needs.NOTHING]


def _go_on() -> None:
    pass


def _part(data: DataSet, count: int) -> DataSet:
    """With `count` training samples: one batch, so that its order does not matter."""
    from dataclasses import replace

    return replace(data, x_train=data.x_train[:count], y_train=data.y_train[:count])


def test_gradients_have_the_shapes_of_the_kernels_and_the_values_of_the_formula(
    small_digits: DataSet,
) -> None:
    import keras

    model = build_small()
    data = _part(small_digits, 32)
    evidence = gather(model, data, Criterion.GRADIENT, 0, _go_on)
    assert evidence is not None
    assert {name: values.shape for name, values in evidence.items()} == {
        "edges": (6, 3, 3, 1), "shapes": (8, 3, 3, 6), "thoughts": (24, 32), "answer": (10, 24),
    }  # fmt: skip
    watched = keras.Model(model.inputs[0], [model.get_layer("thoughts").output, model.outputs[0]])
    thoughts, answers = (np.asarray(given, np.float64) for given in watched(data.x_train, training=False))
    error = answers - np.eye(10)[data.y_train]
    assert evidence["answer"] == pytest.approx(np.abs(error.T @ thoughts) / 32, abs=1e-6)


def test_gradients_are_those_of_small_steps(small_digits: DataSet) -> None:
    model = build_small()
    data = _part(small_digits, 32)
    evidence = gather(model, data, Criterion.GRADIENT, 0, _go_on)
    assert evidence is not None
    layer = model.get_layer("shapes")
    kernel, bias = layer.get_weights()
    for place in np.argsort(evidence["shapes"], axis=None)[-3:]:
        made, height, width, read = np.unravel_index(place, evidence["shapes"].shape)
        losses = []
        for step in (-1e-3, 1e-3):
            changed = kernel.copy()
            changed[height, width, read, made] += step
            layer.set_weights([changed, bias])
            losses.append(_loss(model, data))
        layer.set_weights([kernel, bias])
        slope = abs(losses[1] - losses[0]) / 2e-3
        assert evidence["shapes"][made, height, width, read] == pytest.approx(slope, rel=0.1)


def _loss(model: Any, data: DataSet) -> float:
    given = np.asarray(model(data.x_train, training=False), np.float64)
    return float(-np.log(given[np.arange(len(given)), data.y_train]).mean())


def test_frozen_layers_have_gradients_too(small_digits: DataSet) -> None:
    model = build_small()
    free = gather(model, _part(small_digits, 32), Criterion.GRADIENT, 0, _go_on)
    model.get_layer("shapes").trainable = False
    frozen = gather(model, _part(small_digits, 32), Criterion.GRADIENT, 0, _go_on)
    assert free is not None
    assert frozen is not None
    assert frozen["shapes"] == pytest.approx(free["shapes"], abs=1e-6)
    assert free["shapes"].max() > 0.0


def test_activity_is_the_share_that_is_not_zero(small_digits: DataSet) -> None:
    import keras

    model = build_small()
    kernel, bias = model.get_layer("shapes").get_weights()
    bias[3], bias[5] = -1e3, 1e3  # never and always above zero
    model.get_layer("shapes").set_weights([kernel, bias])
    data = _part(small_digits, 32)
    evidence = gather(model, data, Criterion.ACTIVATION, 0, _go_on)
    assert evidence is not None
    given = keras.Model(model.inputs[0], model.get_layer("shapes").output)(data.x_train, training=False)
    assert evidence["shapes"] == pytest.approx((np.asarray(given) != 0).mean(axis=(0, 1, 2)), abs=1e-6)
    assert (evidence["shapes"][3], evidence["shapes"][5]) == (0.0, 1.0)
    assert set(evidence["answer"]) == {1.0}  # no zeros are given by a softmax
    kept = choose(
        graph_of_model(model), Prune(criterion=Criterion.ACTIVATION, sparsity=0.3), evidence=evidence
    )
    assert 3 not in kept["shapes"]


def test_activity_behind_a_batch_norm(small_digits: DataSet) -> None:
    model = build_branched()
    gamma, beta, mean, variance = model.get_layer("stem_norm").get_weights()
    beta[2] = -1e3
    model.get_layer("stem_norm").set_weights([gamma, beta, mean, variance])
    evidence = gather(model, _part(small_digits, 32), Criterion.ACTIVATION, 0, _go_on)
    assert evidence is not None
    assert evidence["stem"].argmin() == 2
    assert evidence["stem"][2] == 0.0 or evidence["stem"][2] < np.delete(evidence["stem"], 2).min()


@pytest.mark.parametrize("criterion", NEEDY)
@pytest.mark.parametrize("build", [build_small, build_branched])
def test_what_was_measured_ranks_the_graph(criterion: Criterion, build: Any, small_digits: DataSet) -> None:
    model = build()
    graph = graph_of_model(model)
    evidence = gather(model, small_digits, criterion, 3, _go_on)
    again = gather(model, small_digits, criterion, 3, _go_on)
    assert evidence is not None
    assert again is not None
    assert all(np.array_equal(values, again[layer]) for layer, values in evidence.items())
    prune = Prune(criterion=criterion, sparsity=0.5)
    smaller = prune_graph(graph, choose(graph, prune, evidence=evidence))
    assert smaller.parameters <= 0.5 * graph.parameters
    if CRITERIA[criterion].scores_weights:
        masks = choose_masks(graph, Prune(PruneKind.ELEMENT, criterion, sparsity=0.5), evidence=evidence)
        assert sum(int(mask.sum()) for mask in masks.values()) <= 0.5 * sum(m.size for m in masks.values())


def test_criteria_of_the_weights_need_no_data(small_digits: DataSet) -> None:
    assert gather(None, small_digits, Criterion.L1, 0, _go_on) is None


@pytest.mark.parametrize("criterion", NEEDY)
def test_measuring_stops_when_asked(criterion: Criterion, small_digits: DataSet) -> None:
    batches = []

    def after_batch() -> None:
        batches.append(1)
        if len(batches) == 2:
            raise CancelledByUser

    with pytest.raises(CancelledByUser):
        gather(build_small(), small_digits, criterion, 0, after_batch)
    assert len(batches) == 2


@pytest.mark.parametrize("criterion", NEEDY)
def test_a_broken_network_is_told(criterion: Criterion, small_digits: DataSet) -> None:
    model = build_small()
    kernel, bias = model.get_layer("edges").get_weights()
    model.get_layer("edges").set_weights([np.full_like(kernel, np.nan), bias])
    with pytest.raises(ThimbleError) as caught:
        gather(model, _part(small_digits, 32), criterion, 0, _go_on)
    assert caught.value.code == "not-finite"


def test_a_network_that_gives_no_zeros(small_digits: DataSet) -> None:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [keras.Input((14, 14, 1)), layers.Flatten(), layers.Dense(6, activation="tanh"), layers.Dense(10)]
    )
    with pytest.raises(ThimbleError) as caught:
        gather(model, _part(small_digits, 32), Criterion.ACTIVATION, 0, _go_on)
    assert caught.value.code == "no-zeros"
