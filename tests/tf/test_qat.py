"""Training with fake quantization: the simulation is the file, and what was pruned stays pruned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.compressed import Compressed
from core.compress.qat.export import simulation_to_tflite
from core.compress.qat.places import places
from core.compress.qat.rules import Parts
from core.compress.qat.simulated import Style, on_grid
from core.compress.qat.simulation import simulate
from core.compress.qat.training import train_quantized
from core.compress.steps import aware_step
from core.data import DataSet
from core.data.subset import calibration_images
from core.errors import ThimbleError
from core.jobs.tasks.compress import compress
from core.models.keras_config import KerasLayer, KerasNetwork
from core.models.keras_graph import read_keras_graph
from core.models.loading import load_keras
from core.models.tflite_weights import read_tflite_weights
from core.models.zoo import all_architectures, find_architecture
from core.models.zoo.architecture import Architecture
from core.recipe_toml import recipe_from_dict
from core.runners.tflite import TfliteRunner
from tests.tf.conftest import Watcher, build_branched, build_small

pytestmark = pytest.mark.tf

TRAINS = Style(rounds_weights=True, ranges_follow=True)
FLOAT = Style(rounds_weights=False, ranges_follow=False)
#: Those that are built and run; the others are checked layer by layer.
SMALL = ("lenet", "mnist-cnn", "resnet8", "dscnn", "mobilenet-v1-025", "autoencoder")


def build_odd(seed: int = 0) -> Any:
    """Batch norms that stand alone, scaled inputs, activations of many kinds."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    image = keras.Input((14, 14, 1), name="picture")
    values = layers.Rescaling(2.0, -1.0, name="scaled")(image)
    values = layers.Conv2D(6, 3, padding="same", activation="relu", name="first")(values)
    norm = layers.BatchNormalization(name="norm")
    values = layers.AveragePooling2D(2, name="smaller")(norm(values))
    silu = layers.Conv2D(5, 3, activation="silu", name="silu")(values)
    leaky = layers.LeakyReLU(0.1, name="leaky")(layers.Conv2D(5, 3, name="second")(values))
    product = layers.Multiply(name="product")([silu, leaky])
    largest = layers.Maximum(name="largest")([product, layers.SpatialDropout2D(0.1, name="drop")(leaky)])
    tanh = layers.Activation("tanh", name="tanh")(layers.ZeroPadding2D(1, name="pad")(largest))
    flat = layers.Flatten(name="flat")(layers.MaxPooling2D(2, name="smallest")(tanh))
    dense = layers.Dense(12, name="thoughts")(flat)
    sigmoid = layers.Dense(12, activation="sigmoid", name="more")(dense)
    model = keras.Model(
        image, layers.Softmax(name="end")(layers.Dense(10, name="answer")(sigmoid)), name="odd"
    )
    rng = np.random.default_rng(seed)
    low, high = (-0.5, 0.5, -0.2, 0.5), (2.0, 1.0, 0.4, 2.0)
    norm.set_weights([rng.uniform(a, b, 6).astype(np.float32) for a, b in zip(low, high, strict=True)])
    return model


@pytest.mark.parametrize("build", [build_small, build_branched, build_odd])
def test_the_file_computes_what_was_simulated(
    build: Callable[[], Any], small_digits: DataSet, tmp_path: Path
) -> None:
    model = build()
    answer = model.get_layer("answer")
    answer.set_weights([8.0 * answer.kernel.numpy(), answer.bias.numpy()])  # images tell outputs apart
    simulation = simulate(model, TRAINS)
    simulation.measure(small_digits.x_train[:100], lambda done, total: None)
    simulation.model.compile("adam", "sparse_categorical_crossentropy", run_eagerly=True)  # no tracing
    weights = simulation.model.trainable_weights
    before = [weight.numpy().copy() for weight in weights]
    for start in range(0, 128, 32):
        batch = slice(start, start + 32)
        simulation.model.train_on_batch(small_digits.x_train[batch], small_digits.y_train[batch])
    changed = [
        not np.array_equal(a, w) for a, w in zip(before, simulation.model.trainable_weights, strict=True)
    ]
    assert all(changed)
    path = tmp_path / "model.tflite"
    path.write_bytes(simulation_to_tflite(simulation))
    images = small_digits.x_test[:60]
    simulated = simulation.model(images, training=False).numpy()
    runner = TfliteRunner(path)
    given = np.concatenate([runner.run(image[None]) for image in images])
    error, signal = np.std(simulated - given), np.std(simulated - simulated.mean(0))
    assert error < 0.25 * signal + 0.5 / 256, "half a step is the rounding of the output"
    assert np.abs(simulated - given).max() < 0.1
    names = {layer.name for layer in read_tflite_weights(path)}
    assert names >= {layer.name for layer in model.layers if "kernel" in dir(layer)}


@pytest.mark.parametrize("name", SMALL)
def test_without_rounding_the_simulation_is_the_model(name: str) -> None:
    model = find_architecture(name).build(1)
    simulation = simulate(model, FLOAT)
    images = np.random.default_rng(0).random((4, *model.input_shape[1:]), np.float32)
    for each in simulation.ranges():
        each.measures = True
    np.testing.assert_array_equal(simulation.model(images, training=False), model(images, training=False))
    for one, other in zip(simulation.trained().get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", all_architectures())
def test_every_architecture_has_its_places_for_fake_quantization(name: str) -> None:
    """By their layers alone: the weights of the large ones take gigabytes, so nothing is built or trained."""
    found = places(_described(find_architecture(name)))
    assert any(place.of_result for place in found.values())
    assert all(place.parts is Parts.ONE for place in found.values()), "every batch norm follows a convolution"


def _described(architecture: Architecture) -> KerasNetwork:
    names = ["input", *(node.name for node in architecture.nodes)]
    layers = [KerasLayer("input", "InputLayer", {}, ())]
    for node in architecture.nodes:
        layer = node.spec.keras(node.name)
        feeds = tuple(names[place] for place in node.inputs)
        layers.append(KerasLayer(node.name, type(layer).__name__, layer.get_config(), feeds))
    return KerasNetwork(architecture.name, tuple(layers), ("input",), (names[-1],))


def test_the_grid_of_a_weight() -> None:
    weight = np.random.default_rng(0).normal(size=(3, 3, 4, 5)).astype(np.float32)
    weight[..., 2] = 0.0
    rounded = np.asarray(on_grid(weight, (0, 1, 2)))
    assert [len(np.unique(rounded[..., channel])) > 1 for channel in range(5)] == [
        True,
        True,
        False,
        True,
        True,
    ]
    steps = np.abs(weight).max((0, 1, 2)) / 127
    assert (np.abs(rounded - weight) <= steps / 2 + 1e-7).all()
    np.testing.assert_allclose(np.abs(rounded).max((0, 1, 2)), steps * 127, rtol=1e-6)


def _recipe(quantize: dict[str, Any], **sections: Any) -> dict[str, Any]:
    finetune = {"epochs": 2, "batch_size": 40, "learning_rate": 0.003}
    return {"name": "test", "finetune": finetune, "quantize": {"calibration": 50, **quantize}, **sections}


ELEMENT = {"kind": "element", "criterion": "magnitude", "sparsity": 0.8, "steps": 1}


def _zeros(path: Path) -> float:
    graph = read_keras_graph(path)
    kernels = [np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None]
    return sum(np.count_nonzero(k == 0) for k in kernels) / sum(k.size for k in kernels)


@pytest.mark.parametrize("preserve", [True, False])
def test_zeros_stay_zeros_where_that_is_asked(preserve: bool, params: dict[str, Any]) -> None:
    recipe = _recipe({"mode": "qat", "preserve": preserve}, prune=ELEMENT)
    watcher = Watcher()
    result = compress({**params, "recipe": recipe}, watcher.context)
    assert [(e["epoch"], e["epochs"]) for e in watcher.partials()] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [e["sparsity"] > 0.79 for e in watcher.partials()] == [True, True, preserve, preserve]
    assert watcher.fractions() == sorted(watcher.fractions())
    out = Path(params["out"])
    assert (_zeros(out / "model.keras") >= 0.8) == preserve
    assert result["accuracy"]["after"] > 0.6
    # What was simulated is what was deployed.
    assert result["history"][-1]["val_accuracy"] == pytest.approx(result["accuracy"]["after"], abs=0.02)
    load_keras(str(out / "model.keras"))
    assert (out / "model.onnx").stat().st_size > 0


def test_clusters_stay_clusters(params: dict[str, Any]) -> None:
    recipe = _recipe({"mode": "qat"}, prune=ELEMENT, cluster={"clusters": 8, "finetune_epochs": 1})
    result = compress({**params, "recipe": recipe}, Watcher().context)
    graph = read_keras_graph(Path(params["out"]) / "model.keras")
    kernels = [np.asarray(w.data) for op in graph.ops if (w := graph.weight(op)) is not None]
    assert max(len(np.unique(kernel)) for kernel in kernels) <= 8
    for layer in read_tflite_weights(Path(params["out"]) / "model.tflite"):
        # Scales are per channel, so a codebook is too.
        assert all(len(np.unique(channel)) <= 8 for channel in layer.kernel.reshape(len(layer.kernel), -1))
    assert result["accuracy"]["after"] > 0.5


@pytest.mark.parametrize(("mode", "moves"), [("ptq", False), ("qat", True)])
def test_ranges_move_in_quantization_aware_training_alone(
    mode: str, moves: bool, trained_small: Path, small_digits: DataSet
) -> None:
    recipe = recipe_from_dict(_recipe({"mode": mode, "finetune_epochs": 1}))
    compressed = Compressed(load_keras(str(trained_small)), ())
    start = simulate(compressed.model, TRAINS)
    images = calibration_images(small_digits, recipe.quantize.calibration, recipe.seed)
    start.measure(images, lambda done, total: None)
    step = aware_step(recipe)
    assert step is not None
    trained = train_quantized(compressed, small_digits, recipe, step, Watcher().context)
    assert trained.simulation is not None
    pairs = zip(start.ranges(), trained.simulation.ranges(), strict=True)
    same = [float(a.high.numpy()) == float(b.high.numpy()) for a, b in pairs]
    assert all(same[1:]) == (not moves)  # the first is of the images: 0…1 in every batch
    kernels = (trained.model.get_layer("edges").kernel, compressed.model.get_layer("edges").kernel)
    assert not np.array_equal(*(kernel.numpy() for kernel in kernels))
    assert [e["epoch"] for e in trained.history] == [3]


def test_a_layer_without_a_form_in_int8_is_named_first(params: dict[str, Any], tmp_path: Path) -> None:
    import keras

    image = keras.Input((14, 14, 1))
    hard = keras.layers.Conv2D(2, 3, activation="hard_sigmoid", name="hard")(image)
    answer = keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(hard))
    path = str(tmp_path / "hard.keras")
    keras.Model(image, answer).save(path)
    watcher = Watcher()
    with pytest.raises(ThimbleError, match=r"'hard' \(Conv2D\) uses the activation hard_sigmoid") as caught:
        compress({**params, "model": path, "recipe": _recipe({"mode": "qat"})}, watcher.context)
    assert caught.value.code == "cannot-train-quantized"
    assert not watcher.partials()
