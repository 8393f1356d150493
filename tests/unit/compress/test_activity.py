"""How the activity that was measured of tensors becomes that of the layers that make the channels."""

import numpy as np
import pytest

from core.compress.coupling import trace
from core.compress.evidence.activity import activity_of_layers
from core.compress.structured import choose
from core.recipe import Criterion, Prune
from tests.unit.compress.graphs import convnet, residual_net


def test_a_layer_with_an_activation_of_its_own() -> None:
    shares = np.array([0.25, 0.5, 0.75, 1.0])
    activity = activity_of_layers(convnet((4, 6), 8), {"a": shares})
    assert activity["a"] == pytest.approx(shares)
    assert activity["b"] == pytest.approx(np.ones(6))  # nothing was measured of it


def test_channels_that_are_added_share_their_mean() -> None:
    graph = residual_net()
    coupling = trace(graph)
    both = [
        (one, other)
        for one, ids in coupling.activations.items()
        for other, ids_too in coupling.activations.items()
        if one < other and np.array_equal(ids, ids_too) and not coupling.fixed[ids].any()
    ]
    assert both
    one, other = both[0]
    width = len(coupling.activations[one])
    activity = activity_of_layers(graph, {one: np.full(width, 0.2), other: np.linspace(0.0, 1.0, width)})
    made = [layer for layer, ids in coupling.makers.items() if np.isin(ids, coupling.activations[one]).all()]
    assert made
    for layer in made:
        assert activity[layer].min() == pytest.approx(0.1)
        assert activity[layer].max() == pytest.approx(0.6)


def test_every_layer_that_makes_channels_is_known() -> None:
    graph = residual_net()
    activity = activity_of_layers(graph, {})
    assert {layer: len(values) for layer, values in activity.items()} == {
        layer: len(made) for layer, made in trace(graph).makers.items()
    }
    assert choose(graph, Prune(criterion=Criterion.ACTIVATION, sparsity=0.3), evidence=activity)
