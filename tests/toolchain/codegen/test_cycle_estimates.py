"""The cycles that the plan shows for a layer, against those counted on the virtual board."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import Activation, DepthwiseConv2D, Graph
from codegen.targets.board import find_board
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.unit.codegen.networks import Builder, as_float, weights_in_flash

pytestmark = pytest.mark.toolchain

BOARDS = ["virtual-pico", "virtual-nano"]
LAYERS = {
    "conv_one_channel": lambda: Builder((20, 20, 1)).conv(4, 3),
    "conv_many_channels": lambda: Builder((14, 14, 32)).conv(8, 3),
    "conv_1x1": lambda: Builder((10, 10, 16)).conv(16, 1),
    "conv_5x5": lambda: Builder((14, 14, 8)).conv(8, 5),
    "conv_padded": lambda: Builder((14, 14, 8)).conv(8, 3, pad=1),
    "depthwise": lambda: Builder((25, 5, 16)).depthwise(),
    "depthwise_stride": lambda: Builder((24, 24, 8)).depthwise(2),
    "depthwise_small": lambda: Builder((6, 6, 32)).depthwise(),
    "dense": lambda: Builder((1000,)).dense(10),
    "dense_many_outputs": lambda: Builder((32,)).dense(100),
    "dense_sparse": lambda: Builder((1000,)).dense(20, 0.05),
    "max_pool": lambda: Builder((20, 20, 8)).pool(),
    "softmax": lambda: Builder((10,)).softmax(),
    "softmax_wide": lambda: Builder((100,)).softmax(),
}


def depthwise(shape: tuple[int, int, int], pad: int) -> Builder:
    """A convolution's layer with a window a channel."""
    body = Builder(shape).conv(shape[-1], 3, pad=pad)
    (op,) = body.ops
    weights = body.tensors["w0"]
    body.tensors["w0"] = replace(weights, shape=(1, 3, 3, shape[-1]), data=weights.data[:1, :, :, :])
    body.ops = [DepthwiseConv2D(op.name, op.inputs, op.outputs, padding=op.padding, activation=op.activation)]
    return body


FLOATS = {
    **{
        name: LAYERS[name]
        for name in ("conv_one_channel", "conv_1x1", "conv_5x5", "dense", "dense_many_outputs")
    },
    "conv_padded_copied": lambda: Builder((12, 12, 3)).conv(8, 3, pad=1),
    "conv_padded": lambda: Builder((8, 8, 16)).conv(16, 3, pad=1),
    "depthwise": lambda: depthwise((14, 14, 16), 0),
    "depthwise_padded": lambda: depthwise((9, 9, 13), 1),
    "max_pool": LAYERS["max_pool"],
    "conv_limited": lambda: Builder((12, 12, 8)).conv(10, 3, Activation.RELU6),
}


@pytest.mark.parametrize("board_id", BOARDS)
@pytest.mark.parametrize("name", LAYERS)
def test_the_estimate_is_within_15_percent(name, board_id, tmp_path):
    check(LAYERS[name]().graph(), board_id, tmp_path)


@pytest.mark.parametrize("name", FLOATS)
def test_the_estimate_of_floats_on_the_cortex_m4f_is_within_15_percent(name, tmp_path):
    check(as_float(FLOATS[name]().graph(), 1), "virtual-nano", tmp_path)


def test_the_estimate_of_waits_for_the_flash_is_hardly_exceeded(tmp_path):
    """It is one of the most; what takes it for the whole wait must not be surprised."""
    compiled = compile_model(weights_in_flash(), find_board("virtual-pico"))
    image = build_firmware(compiled, tmp_path, cache_dir())
    waited = run_samples(image, compiled.board, np.zeros((1, 6, 6, 160), np.int8)).counts.xip_cycles[0]
    assert 0.9 * compiled.flash_wait_cycles < waited < 1.05 * compiled.flash_wait_cycles


def check(graph: Graph, board_id: str, tmp_path: Path) -> None:
    board = find_board(board_id)
    compiled = compile_model(graph, board)
    image = build_firmware(compiled, tmp_path, cache_dir())
    x = np.zeros((1, *graph.tensors["x"].shape[1:]), graph.tensors["x"].dtype.numpy)
    counted = run_samples(image, board, x).cycles[0]
    assert sum(layer.cycles for layer in compiled.layers) == pytest.approx(counted, rel=0.15)
