"""The generated C gives the bytes of the TFLite reference kernels, here and on the boards' CPUs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.options import BuildOptions
from codegen.targets.board import Cpu, find_board
from core.boards.reference import reference_outputs
from core.boards.session import run_samples
from core.paths import cache_dir

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

#: Wrong rounding shows in one output of some thousands: many samples where they are cheap.
SAMPLES = {"host": 1000, "virtual-pico": 20, "virtual-nano": 20}


def _networks():
    """Keras networks that together use every option of every kernel."""
    from keras import layers

    return {
        "same_padding": [
            layers.Input((9, 7, 3), batch_size=1),
            layers.Conv2D(5, 3, padding="same", activation="relu"),
            layers.Conv2D(4, (2, 3), strides=(2, 1), padding="same", activation="relu6"),
            layers.Flatten(),
            layers.Dense(6, activation="relu"),
            layers.Dense(3, activation="softmax"),
        ],
        "strides_and_dilation": [
            layers.Input((12, 12, 2), batch_size=1),
            layers.Conv2D(4, 3, dilation_rate=2, padding="same"),
            layers.Conv2D(6, 1, strides=2, use_bias=False),
            layers.MaxPooling2D(3, strides=2, padding="same"),
            layers.Flatten(),
            layers.Dense(4),
        ],
        "wide_dense": [
            layers.Input((300,), batch_size=1),
            layers.Dense(40, activation="relu6"),
            layers.Dense(12, use_bias=False),
            layers.Softmax(),
        ],
        "pool_of_one_axis": [
            layers.Input((8, 6, 1), batch_size=1),
            layers.MaxPooling2D((1, 2)),
            layers.Conv2D(3, (3, 1), activation="relu"),
            layers.Reshape((54,)),
            layers.Dense(10, activation="softmax"),
        ],
    }


def _convert(stack, path: Path, zeros: float) -> None:
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(2)
    model = keras.Sequential(stack)
    for layer in model.layers:
        layer.set_weights([_sparse(rng, w, zeros if w.ndim == 2 else 0.0) for w in layer.get_weights()])
    shape = (1, *model.input_shape[1:])
    converter = tf.lite.TFLiteConverter.from_keras_model(model)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = lambda: (
        [rng.normal(size=shape).astype(np.float32)] for _ in range(20)
    )
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = converter.inference_output_type = tf.int8
    path.write_bytes(converter.convert())


def _sparse(rng, weights, zeros):
    values = rng.normal(scale=0.3, size=weights.shape)
    return np.where(rng.random(weights.shape) < zeros, 0, values).astype(np.float32)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for name, stack in _networks().items():
        _convert(stack, folder / f"{name}.tflite", zeros=0.9 if name == "wide_dense" else 0.0)
    return folder


def _bytes_differing(path: Path, board: str, encoding: str, out: Path, cpu: Cpu | None = None) -> int:
    graph = load_graph(path)
    compiled = compile_model(graph, find_board(board), BuildOptions(encoding=encoding), kernels_for=cpu)
    image = build_firmware(compiled, out, cache_dir())
    shape = graph.tensors[graph.inputs[0]].shape[1:]
    x = np.random.default_rng(3).integers(-128, 128, (SAMPLES[board], *shape), dtype=np.int8)
    given = run_samples(image, find_board(board), x).outputs
    expected = reference_outputs(path, x).reshape(len(x), -1)
    assert len(np.unique(expected, axis=0)) > 1, "the samples must tell outputs apart"
    return int((given != expected).sum())


@pytest.mark.parametrize("board", list(SAMPLES))
@pytest.mark.parametrize("name", ["same_padding", "strides_and_dilation", "wide_dense", "pool_of_one_axis"])
def test_every_byte_equals_the_reference(models, tmp_path, name, board):
    assert _bytes_differing(models / f"{name}.tflite", board, "auto", tmp_path) == 0


@pytest.mark.parametrize("cpu", [c for c in Cpu if c is not Cpu.HOST], ids=lambda cpu: cpu.value)
@pytest.mark.parametrize("name", ["same_padding", "strides_and_dilation", "wide_dense", "pool_of_one_axis"])
def test_the_kernels_of_every_cpu_give_every_byte_of_the_reference(models, tmp_path, name, cpu):
    """As plain C on this computer, where many samples are cheap."""
    assert _bytes_differing(models / f"{name}.tflite", "host", "auto", tmp_path, cpu) == 0


@pytest.mark.parametrize("encoding", ["dense", "crs", "bitmask", "delta"])
def test_forced_encodings_compute_the_same(models, tmp_path, encoding):
    assert _bytes_differing(models / "wide_dense.tflite", "host", encoding, tmp_path) == 0
