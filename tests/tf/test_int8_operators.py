"""Each int8 operator in a small network: every byte equals the TFLite reference kernels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.targets.board import find_board
from core.boards.reference import reference_outputs
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.tf.operator_networks import INT8_NETWORKS, convert_int8

pytestmark = [pytest.mark.tf, pytest.mark.toolchain]

SAMPLES = {"host": 1000, "virtual-pico": 5}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    return tmp_path_factory.mktemp("models")


@pytest.mark.parametrize("name", INT8_NETWORKS)
def test_every_byte_equals_the_reference(models, tmp_path, name):
    network = INT8_NETWORKS[name]
    path = models / f"{name}.tflite"
    path.write_bytes(convert_int8(network.build, network.shape, network.scale))
    graph = load_graph(path)
    kinds = {op.kind for op in graph.ops}
    assert kinds >= network.operators, "the converter made something else of it"
    x = np.random.default_rng(3).integers(-128, 128, (SAMPLES["host"], *network.shape), dtype=np.int8)
    expected = reference_outputs(path, x).reshape(len(x), -1)
    assert len(np.unique(expected, axis=0)) > 1, "the samples must tell outputs apart"
    for board, count in SAMPLES.items():
        given = _outputs(path, board, x[:count], tmp_path / board)
        assert (given != expected[:count].view(np.int8)).sum() == 0, board


def _outputs(path: Path, board: str, x: np.ndarray, out: Path) -> np.ndarray:
    compiled = compile_model(load_graph(path), find_board(board))
    image = build_firmware(compiled, out, cache_dir())
    if board != "host":  # whose sizes are those of this computer's own compiler
        assert abs(image.predicted_sram_bytes - image.sram_bytes) <= max(256, image.sram_bytes // 100)
    return run_samples(image, find_board(board), x).outputs
