"""Each float operator in a small network, against the TFLite reference kernels."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.boards.agreement import within_tolerance
from core.boards.reference import reference_outputs
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.tf.operator_networks import FLOAT_NETWORKS, convert_float

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

SAMPLES = {"host": 1000, "virtual-pico": 1, "virtual-nano": 2}


def _samples(shape, scale=1.0):
    return np.random.default_rng(3).normal(size=(1000, *shape), scale=scale).astype(np.float32)


def _outputs(path, board, x, out):
    image = build_firmware(compile_model(load_graph(path), find_board(board)), out, cache_dir())
    return run_samples(image, find_board(board), x).outputs.view(np.float32)


def _each_agrees(outputs, reference):
    """Every sample by itself: a large one must not hide what is wrong in a small one."""
    return all(within_tolerance(y, r) for y, r in zip(outputs, reference, strict=True))


@pytest.mark.parametrize("name", FLOAT_NETWORKS)
def test_every_number_is_within_the_tolerance(tmp_path, name):
    network, path = FLOAT_NETWORKS[name], tmp_path / "model.tflite"
    path.write_bytes(convert_float(network.build, network.shape))
    kinds = {op.kind for op in load_graph(path).ops}
    assert kinds >= network.operators, "the converter made something else of it"
    x = _samples(network.shape, network.scale)
    expected = reference_outputs(path, x)
    assert np.ptp(expected) > 0, "the samples must tell outputs apart"
    for board, count in SAMPLES.items():
        assert _each_agrees(_outputs(path, board, x[:count], tmp_path / board), expected[:count]), board


def test_float16_weights_are_read_as_floats(tmp_path):
    network, path = FLOAT_NETWORKS["mixed"], tmp_path / "model.tflite"
    path.write_bytes(convert_float(network.build, network.shape, float16=True))
    x = _samples(network.shape)[:200]
    assert _each_agrees(_outputs(path, "host", x, tmp_path / "out"), reference_outputs(path, x))


def test_dynamic_range_weights_are_read_as_floats(tmp_path):
    """TFLite rounds the activations to int8 there, so its outputs are near ours, not within the tolerance."""
    network, path = FLOAT_NETWORKS["wide"], tmp_path / "model.tflite"
    path.write_bytes(convert_float(network.build, network.shape, small=True))
    graph = load_graph(path)
    assert all(t.dtype.value == "float32" for t in graph.constants())
    x = _samples(network.shape)[:50]
    given = _outputs(path, "host", x, tmp_path / "out")
    assert np.abs(given - reference_outputs(path, x)).max() < 0.05 * np.abs(given).max()
