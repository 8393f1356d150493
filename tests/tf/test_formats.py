"""Files of every format as Keras models: what they compute is what the file's own runtime computes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.frontends import load_graph
from codegen.graph import Graph
from core.boards.onnx_reference import onnx_outputs
from core.data.preprocessing import read_preprocessing
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.tasks.import_model import import_model
from core.models.formats import Ends, Form
from core.models.from_graph import named_as_layers, rebuild
from core.models.imported import imported_file
from core.models.keras_graph import graph_of_model, read_keras_graph
from core.models.loading import check_model_file, load_keras
from core.models.onnx_export import write_onnx
from core.models.zoo import find_architecture
from tests.tf.conftest import build_branched
from tests.unit.codegen.onnx_models import OnnxModel
from tests.unit.compress.graphs import compute

pytestmark = pytest.mark.tf

_PREPROCESSING = """{"scaling": "0..1", "raw_range": [0, 255], "shift": [0], "divisor": [255],
    "test_fraction": null, "seed": 0, "stride": 1}"""
#: The project's tolerance for floats, of the largest output.
_TOLERANCE = 1e-5


def _random(shape: tuple[int, ...], samples: int = 3) -> Any:
    return np.random.default_rng(0).normal(size=(samples, *shape)).astype(np.float32)


def _assert_same(path: Path) -> Any:
    """The file as a Keras model, compared with ONNX Runtime, and with its own Graph in NumPy."""
    graph = load_graph(path)
    model = rebuild(graph)
    x = _random(graph.tensors[graph.inputs[0]].shape[1:])
    expected = onnx_outputs(path, graph, x)
    found = model(x, training=False).numpy()
    assert np.max(np.abs(found - expected)) <= _TOLERANCE * np.max(np.abs(expected))
    assert "Permute" not in {type(layer).__name__ for layer in model.layers}
    # It can be pruned, and the names of its layers are known before.
    assert _weighted(graph_of_model(model)) == _weighted(named_as_layers(graph))
    return model


def _weighted(graph: Graph) -> set[str]:
    return {op.name for op in graph.ops if graph.weight(op) is not None}


def _torch_like() -> OnnxModel:
    """As PyTorch exports it: NCHW, padding on both sides, batch norms, a pooling with padding, Gemm."""
    net = OnnxModel((1, 3, 15, 17)).conv(8, 3, strides=[2, 2], pads=[1, 1, 1, 1])
    ones, noise = np.ones(8, np.float32), net.weights(8)
    net.add("BatchNormalization", net.last, noise, net.weights(8), noise, net.constant(ones), epsilon=1e-5)
    net.add("Relu").add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    short = net.last
    net.conv(8, 8, pads=[1, 1, 1, 1]).add("Add", net.last, short).add("Relu")
    return net.add("GlobalAveragePool").add("Flatten").gemm(5, 8).add("Softmax", axis=-1)


def _depthwise() -> OnnxModel:
    """Depthwise, dilated and asymmetrically padded convolutions, ReLU6, hard sigmoids, a gate, PReLU."""
    net = OnnxModel((1, 4, 12, 10)).conv(4, 4, pads=[0, 1, 2, 1], group=4)
    low, high = net.constant(np.float32(0)), net.constant(np.float32(6))
    net.add("Clip", net.last, low, high).conv(8, 4, kernel=1)
    image = net.add("PRelu", net.last, net.weights(8, 1, 1)).last
    net.add("GlobalAveragePool").conv(8, 8, kernel=1).add("HardSigmoid")
    net.add("Mul", image, net.last).conv(6, 8, dilations=[2, 2], pads=[2, 2, 2, 2])
    return net.add("LeakyRelu", alpha=0.1).add("Sigmoid")


def _joined() -> OnnxModel:
    """Concatenation, resizing, means that count their padding, scales and shifts by constants, slices."""
    net = OnnxModel((1, 2, 8, 8)).conv(4, 2, pads=[1, 1, 1, 1]).add("Tanh")
    image = net.last
    small = net.add("AveragePool", kernel_shape=[2, 2], strides=[2, 2]).last
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    net.add("Resize", small, "", scales, mode="nearest", nearest_mode="floor")
    net.nodes[-1].attribute.append(_asymmetric())
    net.add("Concat", image, net.last, axis=1)
    net.add("Mul", net.last, net.weights(8, 1, 1)).add("Add", net.last, net.weights(8, 1, 1))
    net.add("AveragePool", kernel_shape=[3, 3], pads=[1, 1, 1, 1], count_include_pad=1)
    net.add("Pad", net.last, net.integers(0, 0, 1, 0, 0, 0, 0, 2)).conv(3, 8)
    net.add("Flatten")
    return net.add("MatMul", net.last, net.weights(3 * 7 * 8, 6)).add("Add", net.last, net.weights(6))


def _asymmetric() -> Any:
    from onnx import helper

    return helper.make_attribute("coordinate_transformation_mode", "asymmetric")


def _series() -> OnnxModel:
    """A time series through 1-D convolutions, batch by channels by time."""
    net = OnnxModel((1, 3, 20))
    net.add("Conv", net.last, net.weights(4, 3, 5), net.weights(4), pads=[2, 2], strides=[2]).add("Elu")
    net.add("MaxPool", kernel_shape=[2], strides=[2]).add("Conv", net.last, net.weights(4, 4, 3))
    return net.add("ReduceMean", net.last, net.integers(2), keepdims=0).gemm(3, 4)


def _grouped() -> OnnxModel:
    return OnnxModel((1, 4, 6, 6)).conv(6, 4, group=2).add("Relu").add("Flatten").gemm(3, 96)


@pytest.mark.parametrize("build", [_torch_like, _depthwise, _joined, _series, _grouped])
def test_onnx_becomes_the_same_network_in_keras(tmp_path: Path, build: Any) -> None:
    _assert_same(build().write(tmp_path))


def test_names_and_trained_layers_survive(tmp_path: Path) -> None:
    model = _assert_same(_torch_like().write(tmp_path))
    names = [layer.name for layer in model.layers]
    assert "Conv0" in names
    assert "BatchNormalization" in {type(layer).__name__ for layer in model.layers}
    assert all(layer.trainable for layer in model.layers)


@pytest.mark.parametrize(
    "name", ["dscnn", "resnet8", "autoencoder", "alexnet-digits", "vgg-digits", "mobilenet-digits"]
)
def test_the_zoo_comes_back_from_onnx(tmp_path: Path, name: str) -> None:
    write_onnx(find_architecture(name).build(0), tmp_path / "model.onnx")
    _assert_same(tmp_path / "model.onnx")


@pytest.fixture(scope="module")
def nested() -> Any:
    """A pretrained base inside, as transfer learning makes it, and a Rescaling before it."""
    import keras

    base = build_branched()
    picture = keras.Input(base.input_shape[1:])
    x = keras.layers.Rescaling(0.5, offset=0.1)(picture)
    x = base(x, training=False)
    return keras.Model(picture, keras.layers.Dense(4, activation="softmax", name="head")(x), name="whole")


@pytest.mark.parametrize("ending", [".keras", ".h5", ""])
def test_a_base_inside_is_unfolded_from_every_format(tmp_path: Path, nested: Any, ending: str) -> None:
    path = tmp_path / f"model{ending}"
    if ending:
        nested.save(path)
    else:
        nested.export(path, verbose=False)
    model = load_keras(path)
    x = _random(nested.input_shape[1:])
    expected = nested(x, training=False).numpy()
    assert np.allclose(model(x, training=False).numpy(), expected, atol=_TOLERANCE)
    assert np.allclose(compute(graph_of_model(model), x[0]), expected[0], atol=_TOLERANCE)
    assert not any(hasattr(layer, "layers") for layer in model.layers)
    if ending:
        assert {"head", *(layer.name for layer in nested.layers[2].layers[1:])} <= {
            layer.name for layer in model.layers
        }


def test_lambda_layers_become_what_they_compute_once_they_are_allowed(tmp_path: Path) -> None:
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Lambda(lambda x: 2.0 * x - 1.0),
            layers.Conv2D(3, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(3, activation="softmax"),
        ]
    )
    path = tmp_path / "model.keras"
    model.save(path)
    with pytest.raises(ThimbleError) as caught:
        load_keras(path)
    assert caught.value.code == "unsafe-model"
    x = _random((6, 6, 2))
    allowed = load_keras(path, allow_unsafe=True)
    assert np.allclose(allowed(x, training=False).numpy(), model(x, training=False).numpy(), atol=_TOLERANCE)
    assert "Lambda" not in {type(layer).__name__ for layer in allowed.layers}


def test_a_saved_model_that_reads_files_is_refused(tmp_path: Path) -> None:
    import tensorflow as tf

    module = tf.Module()

    def leak(x: Any) -> Any:
        return x + tf.cast(tf.strings.length(tf.io.read_file("/etc/hostname")), tf.float32)

    module.serve = tf.function(leak, input_signature=[tf.TensorSpec((None, 4), tf.float32)])
    tf.saved_model.save(module, str(tmp_path), signatures=module.serve)
    with pytest.raises(ThimbleError) as caught:
        load_keras(tmp_path)
    assert caught.value.code == "unsafe-model"
    assert "ReadFile" in caught.value.what


@pytest.mark.parametrize("content", [b"", b"garbage"])
def test_a_folder_that_is_no_saved_model(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(ThimbleError) as caught:
        load_keras(tmp_path)
    assert caught.value.code == "bad-model"


@pytest.mark.parametrize("form", list(Form))
def test_the_imported_file_is_read_without_tensorflow(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nested: Any, form: Form
) -> None:
    monkeypatch.setattr("core.models.imported.cache_dir", lambda: tmp_path / "cache")
    nested.save(tmp_path / "model.h5")
    (tmp_path / "preprocessing.json").write_text(_PREPROCESSING)
    params = {"model": str(tmp_path / "model.h5"), "form": form.value}
    made = Path(import_model(params, JobContext(lambda event: None))["path"])
    assert made == imported_file(tmp_path / "model.h5", form)
    graph = read_keras_graph(made) if form is Form.KERAS else load_graph(made)
    x = _random(nested.input_shape[1:], samples=1)
    assert np.allclose(compute(graph, x[0]), nested(x, training=False).numpy()[0], atol=_TOLERANCE)
    assert read_preprocessing(made) is not None, "what is known about the inputs came along"
    assert sorted(path.name for path in made.parent.iterdir()) == [made.name, "preprocessing.json"]


@pytest.fixture(scope="module")
def keras2_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Keras 2 writes, in a process of its own: both do not go into one."""
    folder = tmp_path_factory.mktemp("keras2")
    environment = {**os.environ, "TF_USE_LEGACY_KERAS": "1"}
    writer = [sys.executable, str(Path(__file__).with_name("keras2_files.py")), str(folder)]
    done = subprocess.run(writer, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.mark.parametrize("ending", [".h5", ".keras", ""])
@pytest.mark.parametrize("name", ["chain", "branched"])
def test_files_of_keras_2(keras2_files: Path, name: str, ending: str) -> None:
    path = keras2_files / f"{name}{ending}"
    with np.load(keras2_files / f"{name}.npz") as expected:
        found = load_keras(path)(expected["x"], training=False).numpy()
        assert 0.01 < expected["y"].min() < expected["y"].max() < 0.99
        np.testing.assert_allclose(found, expected["y"], atol=_TOLERANCE)
    if ending:
        assert check_model_file(path) == Ends((12, 12, 1), 3)
