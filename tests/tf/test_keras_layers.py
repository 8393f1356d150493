"""Every Keras layer that is read from a file computes there what Keras computes, and survives surgery."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks import pruning_speed
from core.compress.coupling import trace
from core.compress.structured import Kept, choose, find_groups
from core.models.keras_graph import graph_of_model, read_keras_graph
from core.models.keras_layers import CONVERTERS
from core.models.keras_surgery import keep_channels, with_weights_of
from core.models.zoo import all_architectures, find_architecture
from core.recipe import Prune, Scope
from tests.unit.compress.graphs import compute

pytestmark = pytest.mark.tf

#: Layers on an image of 8×7×4, by name; several inputs are the image and the image through a convolution.
_IMAGE: dict[str, Callable[[Any], Any]] = {
    "Conv2D": lambda k: k.Conv2D(6, (3, 2), strides=2, padding="same", activation="tanh"),
    "Conv2D groups": lambda k: k.Conv2D(6, 3, groups=2, activation="gelu", use_bias=False),
    "DepthwiseConv2D": lambda k: k.DepthwiseConv2D(3, strides=2, padding="same", depth_multiplier=2),
    "SeparableConv2D": lambda k: k.SeparableConv2D(6, 3, depth_multiplier=2, activation="sigmoid"),
    "MaxPooling2D": lambda k: k.MaxPooling2D(3, 2, padding="same"),
    "AveragePooling2D": lambda k: k.AveragePooling2D(3, 2, padding="same"),
    "GlobalAveragePooling2D": lambda k: k.GlobalAveragePooling2D(),
    "GlobalMaxPooling2D": lambda k: k.GlobalMaxPooling2D(keepdims=True),
    "BatchNormalization": lambda k: k.BatchNormalization(),
    "BatchNormalization plain": lambda k: k.BatchNormalization(scale=False, center=False, epsilon=0.1),
    "Rescaling": lambda k: k.Rescaling(1 / 127.5, -1.0),
    "Activation": lambda k: k.Activation("hard_silu"),
    "Activation hard sigmoid": lambda k: k.Activation("hard_sigmoid"),
    "Activation hard tanh": lambda k: k.Activation("hard_tanh"),
    "Activation elu": lambda k: k.Activation("elu"),
    "Activation silu": lambda k: k.Activation("silu"),
    "Activation exponential": lambda k: k.Activation("exponential"),
    "Activation log softmax": lambda k: k.Activation("log_softmax"),
    "ReLU": lambda k: k.ReLU(6.0),
    "ReLU to three": lambda k: k.ReLU(3.0),
    "ReLU leaky": lambda k: k.ReLU(negative_slope=0.3),
    "LeakyReLU": lambda k: k.LeakyReLU(0.2),
    "ELU": lambda k: k.ELU(0.7),
    "PReLU": lambda k: k.PReLU(shared_axes=[1, 2]),
    "PReLU of its own everywhere": lambda k: k.PReLU(),
    "Softmax": lambda k: k.Softmax(),
    "Flatten": lambda k: k.Flatten(),
    "Reshape": lambda k: k.Reshape((4, -1)),
    "Permute": lambda k: k.Permute((2, 1, 3)),
    "ZeroPadding2D": lambda k: k.ZeroPadding2D(((1, 2), (0, 1))),
    "Dropout": lambda k: k.Dropout(0.5),
    "SpatialDropout2D": lambda k: k.SpatialDropout2D(0.5),
    "GaussianNoise": lambda k: k.GaussianNoise(0.5),
    "GaussianDropout": lambda k: k.GaussianDropout(0.5),
    "ActivityRegularization": lambda k: k.ActivityRegularization(0.1),
    "Identity": lambda k: k.Identity(),
    "Add": lambda k: k.Add(),
    "Subtract": lambda k: k.Subtract(),
    "Multiply": lambda k: k.Multiply(),
    "Maximum": lambda k: k.Maximum(),
    "Minimum": lambda k: k.Minimum(),
    "Concatenate": lambda k: k.Concatenate(),
    "Concatenate rows": lambda k: k.Concatenate(axis=1),
}
#: Layers on a series of 9 steps of 3 channels.
_SERIES: dict[str, Callable[[Any], Any]] = {
    "Conv1D": lambda k: k.Conv1D(5, 3, strides=2, activation="relu"),
    "Conv1D causal": lambda k: k.Conv1D(5, 3, dilation_rate=2, padding="causal", activation="tanh"),
    "MaxPooling1D": lambda k: k.MaxPooling1D(2),
    "AveragePooling1D": lambda k: k.AveragePooling1D(3, 2, padding="same"),
    "GlobalAveragePooling1D": lambda k: k.GlobalAveragePooling1D(),
    "GlobalMaxPooling1D": lambda k: k.GlobalMaxPooling1D(),
    "SpatialDropout1D": lambda k: k.SpatialDropout1D(0.5),
}
_JOINTS = ("Add", "Subtract", "Multiply", "Maximum", "Minimum", "Concatenate")
#: Compared elsewhere: on the boards (resizing, cropping), or with every network (dense).
_ELSEWHERE = {"Dense", "UpSampling2D", "Cropping2D"}


def _model(name: str, make: Callable[[Any], Any], shape: tuple[int, ...]) -> Any:
    import keras

    keras.utils.set_random_seed(0)
    image = keras.Input(shape, name="image")
    layer = make(keras.layers)
    if name.split(maxsplit=1)[0] in _JOINTS:
        other = keras.layers.Conv2D(shape[-1], 3, padding="same", name="other")(image)
        output = layer([image, other] if name == "Subtract" else [image, other, image])
    else:
        output = layer(image)
    return _with_random_weights(keras.Model(image, output, name="m"))


def _with_random_weights(model: Any) -> Any:
    """Weights as after some training: no zeros, no ones, positive variances."""
    rng = np.random.default_rng(1)
    for weight in model.weights:
        if "variance" in weight.path:
            weight.assign(rng.uniform(0.5, 2.0, weight.shape).astype(np.float32))
        elif len(weight.shape) == 1 or "alpha" in weight.path:
            weight.assign(rng.normal(0, 0.5, weight.shape).astype(np.float32))
    return model


def _largest_difference(a: Any, b: Any) -> float:
    return float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-9))


@pytest.mark.parametrize("name", [*_IMAGE, *_SERIES])
def test_a_layer_computes_what_keras_does(name: str, tmp_path: Path) -> None:
    shape = (8, 7, 4) if name in _IMAGE else (9, 3)
    model = _model(name, (_IMAGE | _SERIES)[name], shape)
    model.save(tmp_path / "m.keras")
    sample = np.random.default_rng(0).normal(0, 2, (1, *shape)).astype(np.float32)
    ours = compute(read_keras_graph(tmp_path / "m.keras"), sample)
    assert ours.shape == (1, *model.output_shape[1:])
    assert _largest_difference(ours, model(sample).numpy()) <= 1e-5


def test_every_layer_is_compared() -> None:
    assert {name.split()[0] for name in (*_IMAGE, *_SERIES)} | _ELSEWHERE == set(CONVERTERS)


#: Those that take seconds; `benchmarks/pruning_speed.py` does the same with every network of the zoo.
_SMALL = [a.name for a in all_architectures().values() if a.macs < 4e8 and a.parameters < 1.6e7]


@pytest.mark.parametrize(
    ("name", "scope"), [*((name, Scope.GLOBAL) for name in _SMALL), ("resnet8", Scope.LAYER)]
)
def test_the_pruned_network_of_the_zoo_equals_the_masked_one(name: str, scope: Scope) -> None:
    model = _with_random_weights(find_architecture(name).build())
    graph = graph_of_model(model)
    kept = choose(graph, Prune(sparsity=0.5, scope=scope))
    smaller = keep_channels(model, kept)
    assert smaller.count_params() <= 0.55 * model.count_params()
    _mask(model, kept)
    images = np.random.default_rng(0).random((2, *model.input_shape[1:]), np.float32)
    assert _largest_difference(smaller(images).numpy(), model(images).numpy()) <= 1e-5
    assert {g.layer: g.channels for g in find_groups(graph_of_model(smaller))} == {
        g.layer: len(kept[g.layer]) for g in find_groups(graph)
    }


@pytest.mark.parametrize(("difference", "status"), [(1e-6, 0), (2e-5, 1), (float("nan"), 1)])
def test_the_benchmark_fails_where_a_network_of_the_zoo_does_not_equal(
    monkeypatch: pytest.MonkeyPatch, difference: float, status: int
) -> None:
    monkeypatch.setattr(pruning_speed, "prune", lambda name: (name, difference if name == "lenet" else 0.0))
    monkeypatch.setattr("sys.argv", ["pruning_speed.py"])
    assert pruning_speed.main() == status


def _mask(model: Any, kept: Kept) -> None:
    """Zeros for the channels that go: in the layers that make them and in the batch norms behind."""
    graph = graph_of_model(model)
    coupling = trace(graph)
    gone = [np.delete(coupling.makers[layer], channels) for layer, channels in kept.items()]
    changed = {}
    for name, axes in coupling.constants.items():
        data = np.array(graph.tensors[name].data)
        for axis, ids in enumerate(axes):
            if ids is not None:
                data[(slice(None),) * axis + (np.flatnonzero(np.isin(ids, np.concatenate(gone))),)] = 0.0
        changed[name] = replace(graph.tensors[name], data=data)
    masked = graph.with_ops(graph.ops, **changed)
    model.set_weights(with_weights_of(model, masked).get_weights())
