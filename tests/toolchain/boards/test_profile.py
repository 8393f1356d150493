"""The cycles of each layer, counted by profiling builds on the virtual boards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.targets.board import find_board
from core.bench.profiling import build_profiling, profile_layers
from core.bench.source import Source
from core.boards.session import open_board, run_samples
from core.paths import cache_dir
from tests.unit.codegen.networks import small_lenet

pytestmark = pytest.mark.toolchain

X = np.random.default_rng(1).integers(-128, 128, (2, 10, 10, 2), dtype=np.int8)
#: A call in model_run: its arguments, and the parameters that the region of a layer does not hold.
CALL_CYCLES = 60


@pytest.mark.parametrize("board_id", ["virtual-pico", "virtual-nano"])
def test_the_layers_are_the_inference(board_id: str, tmp_path: Path) -> None:
    board = find_board(board_id)
    compilation = compile_model(small_lenet(1.0), board)
    ordinary = build_firmware(compilation, tmp_path / "ordinary", cache_dir())
    image = build_profiling(compilation, tmp_path / "profiling", cache_dir())
    seen: list[int] = []
    profile = profile_layers(image, compilation, X, seen.append)
    assert seen == [1, 2, 3, 4, 5]
    assert profile.timing is Source.ESTIMATED
    called = [layer for layer in compilation.layers if layer.function]
    assert [layer.name for layer in profile.layers] == [layer.op.name for layer in called]
    whole = run_samples(ordinary, board, X).cycles
    assert whole is not None
    counted = sum(layer.cycles for layer in profile.layers)
    assert abs(counted - np.mean(whole)) < CALL_CYCLES * len(called)
    assert sum(layer.share for layer in profile.layers) == pytest.approx(1.0)
    for layer in profile.layers:
        assert layer.cycles == pytest.approx(layer.predicted_cycles, rel=0.3)


def test_only_a_profiling_build_has_a_profile(tmp_path: Path) -> None:
    board = find_board("virtual-pico")
    compilation = compile_model(small_lenet(1.0), board)
    image = build_firmware(compilation, tmp_path, cache_dir())
    with open_board(image, board) as runner:
        runner.infer(X[0].tobytes())
        assert runner.layer_counts() == ()
