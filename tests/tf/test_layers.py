"""Layers of common small networks, in int8 and in float, against the TFLite reference kernels."""

from __future__ import annotations

from pathlib import Path

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
from tests.tf.layer_networks import FLOAT_LAYERS, LAYERS
from tests.tf.operator_networks import Network, convert_float, convert_int8

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

SAMPLES = 1000


def _given(network: Network, path: Path, x: np.ndarray, out: Path) -> np.ndarray:
    """The outputs of the generated C, as bytes."""
    graph = load_graph(path)
    kinds = {op.kind for op in graph.ops}
    assert kinds >= network.operators, "the converter made something else of it"
    board = find_board("host")
    return run_samples(build_firmware(compile_model(graph, board), out, cache_dir()), board, x).outputs


@pytest.mark.parametrize("name", LAYERS)
def test_every_byte_equals_the_reference(name, tmp_path):
    network, path = LAYERS[name], tmp_path / "model.tflite"
    path.write_bytes(convert_int8(network.build, network.shape, network.scale))
    x = np.random.default_rng(3).integers(-128, 128, (SAMPLES, *network.shape), dtype=np.int8)
    expected = reference_outputs(path, x).reshape(len(x), -1).view(np.int8)
    assert len(np.unique(expected, axis=0)) > 1, "the samples must tell outputs apart"
    given = _given(network, path, x, tmp_path / "out")
    assert (given.view(np.int8) != expected).sum() == 0


@pytest.mark.parametrize("name", FLOAT_LAYERS)
def test_every_number_is_within_the_tolerance(name, tmp_path):
    network, path = FLOAT_LAYERS[name], tmp_path / "model.tflite"
    path.write_bytes(convert_float(network.build, network.shape))
    x = np.random.default_rng(3).normal(size=(SAMPLES, *network.shape), scale=network.scale)
    x = x.astype(np.float32)
    expected = reference_outputs(path, x)
    assert np.ptp(expected) > 0, "the samples must tell outputs apart"
    given = _given(network, path, x, tmp_path / "out").view(expected.dtype)
    assert all(within_tolerance(y, r) for y, r in zip(given, expected, strict=True))
