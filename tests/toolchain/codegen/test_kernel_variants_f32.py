"""Float kernels made for the Cortex-M4F agree with the portable ones, there and, as plain C, on the host.

They add in another order: what is held is the tolerance of all float kernels, 1e-5 of the largest output.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import Activation, DType, Graph, MaxPool2D, Padding, Tensor
from codegen.options import BuildOptions
from codegen.targets.board import Cpu, find_board
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.toolchain.codegen.test_kernel_variants import convolution, dense
from tests.unit.codegen.networks import Builder, as_float

pytestmark = pytest.mark.toolchain

SAMPLES = {"host": 1000, "virtual-nano": 3}
TOLERANCE = 1e-5


def outputs(graph: Graph, board_id: str, cpu: Cpu, folder: Path, samples: int) -> tuple[np.ndarray, str]:
    """What `board_id` gives with the fastest kernels of `cpu`, and the function that was called."""
    board = find_board(board_id)
    compiled = compile_model(graph, board, BuildOptions(encoding="fastest"), cpu)
    image = build_firmware(compiled, folder / f"{board_id}-{cpu.value}", cache_dir())
    shape = graph.tensors["x"].shape[1:]
    x = 2 * np.random.default_rng(1).normal(size=(max(SAMPLES.values()), *shape)).astype(np.float32)
    given = np.ascontiguousarray(run_samples(image, board, x[:samples]).outputs)
    return given.view(np.float32).reshape(samples, -1), compiled.layers[0].function


def check(graph: Graph, folder: Path, function: str) -> None:
    expected, portable = outputs(graph, "host", Cpu.HOST, folder, SAMPLES["host"])
    assert portable != function
    for board, samples in SAMPLES.items():
        given, called = outputs(graph, board, Cpu.CORTEX_M4F, folder, samples)
        assert called == function
        largest = np.max(np.abs(expected[:samples]), axis=1, keepdims=True)
        assert np.all(largest > 0)
        assert np.all(np.abs(given - expected[:samples]) <= TOLERANCE * largest)


@pytest.mark.parametrize("seed", range(100, 112))
def test_convolution(seed, tmp_path):
    check(as_float(convolution(seed), seed), tmp_path, "thimble_conv2d_f32_m4")


@pytest.mark.parametrize("seed", range(6))
def test_dense(seed, tmp_path):
    check(as_float(dense(seed), seed), tmp_path, "thimble_dense_f32_m4")


@pytest.mark.parametrize("seed", [seed for seed in range(40, 49) if seed != 44])  # that has one channel
def test_depthwise(seed, tmp_path):
    check(as_float(convolution(seed, depthwise=True), seed), tmp_path, "thimble_depthwise_conv2d_f32_m4")


@pytest.mark.parametrize("size", [(1, 1, 37), (3, 2, 9)])
def test_a_convolution_of_the_whole_image_is_a_dense_layer(size, tmp_path):
    image = Builder(size).conv(6, 1, Activation.NONE).graph()
    shape = (6, *size)
    weights = replace(image.tensors["w0"], shape=shape, data=np.zeros(shape, np.int8))
    output = replace(image.tensors[image.outputs[0]], shape=(1, 1, 1, 6))
    graph = replace(image, tensors={**image.tensors, "w0": weights, output.name: output})
    check(as_float(graph, 2), tmp_path, "thimble_dense_f32_m4")


@pytest.mark.parametrize("seed", range(5))
def test_max_pool(seed, tmp_path):
    check(max_pool(seed), tmp_path, "thimble_max_pool_f32_m4")


def max_pool(seed: int) -> Graph:
    """A pool of random size and steps over an image that is padded by less than the pool."""
    rng = np.random.default_rng(seed)
    channels = int(rng.integers(4, 14))
    pool, stride, out = (tuple(int(n) for n in rng.integers(1, 5, 2)) for _ in range(3))
    pads = [int(rng.integers(0, pool[n // 2])) for n in range(4)]
    size = [max(1, (out[n] - 1) * stride[n] + pool[n] - pads[2 * n] - pads[2 * n + 1]) for n in range(2)]
    out = tuple((size[n] + pads[2 * n] + pads[2 * n + 1] - pool[n]) // stride[n] + 1 for n in range(2))
    tensors = (
        Tensor("x", (1, *size, channels), DType.FLOAT32),
        Tensor("y", (1, *out, channels), DType.FLOAT32),
    )
    activation = (Activation.NONE, Activation.RELU, Activation.RELU6)[seed % 3]
    op = MaxPool2D("pool", ("x",), ("y",), pool, stride, Padding(*pads), activation)
    return Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",))
