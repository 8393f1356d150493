"""Kernels made for the Cortex-M4F give the bytes of the portable ones, there and, as plain C, on the host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.graph import (
    Activation,
    Add,
    DepthwiseConv2D,
    DType,
    Graph,
    Padding,
    Quantization,
    Rounding,
    Tensor,
)
from codegen.targets.board import Cpu
from tests.toolchain.codegen.test_kernel_variants import convolution, dense, outputs

pytestmark = pytest.mark.toolchain

SAMPLES = {"host": 200, "virtual-nano": 6}


def with_weights(graph: Graph, weights: np.ndarray) -> Graph:
    changed = replace(graph.tensors["w"], data=weights.astype(np.int8))
    return Graph(graph.name, {**graph.tensors, "w": changed}, graph.ops, graph.inputs, graph.outputs)


def check(graph: Graph, folder: Path, function: str) -> None:
    expected, portable = outputs(graph, "host", Cpu.HOST, folder, SAMPLES["host"])
    assert portable != function
    for board, samples in SAMPLES.items():
        given, called = outputs(graph, board, Cpu.CORTEX_M4F, folder, samples)
        assert called == function
        np.testing.assert_array_equal(given, expected[:samples])


def three_by_three(stride: int, size: tuple[int, int], rounding: Rounding) -> Graph:
    """A depthwise layer with three output channels an input channel, clamped where it rounds once."""
    graph = convolution(3 * stride + 1, depthwise=True)
    rng = np.random.default_rng(stride)
    channels, more = 2, 3
    scales = tuple(float(s) for s in rng.uniform(0.002, 0.02, channels * more))
    weights = rng.integers(-128, 128, (1, 3, 3, channels * more)).astype(np.int8)
    bias = rng.integers(-5000, 5000, channels * more, dtype=np.int32)
    result = tuple((n + 2 - 3) // stride + 1 for n in size)
    old = graph.tensors
    tensors = {
        "x": replace(old["x"], shape=(1, *size, channels)),
        "w": replace(
            old["w"], shape=weights.shape, data=weights, quantization=Quantization(scales, (0,) * 6, 3)
        ),
        "b": replace(old["b"], shape=bias.shape, data=bias),
        "y": replace(old["y"], shape=(1, *result, channels * more)),
    }
    activation = Activation.RELU6 if rounding is Rounding.ONCE else Activation.NONE
    padding = Padding(1, 1, 1, 1)
    op = DepthwiseConv2D(
        "conv", ("x", "w", "b"), ("y",), (stride, stride), (1, 1), padding, activation, rounding
    )
    return Graph("one_layer", tensors, (op,), ("x",), ("y",))


@pytest.mark.parametrize("seed", range(100, 114))
def test_convolution(seed, tmp_path):
    check(convolution(seed), tmp_path, "thimble_conv2d_s8_m4")


def without_gaps_in_both_directions(seed: int) -> bool:
    return convolution(seed, depthwise=True).ops[0].dilation != (2, 2)


@pytest.mark.parametrize("seed", [s for s in range(200, 216) if without_gaps_in_both_directions(s)])
def test_depthwise(seed, tmp_path):
    check(convolution(seed, depthwise=True), tmp_path, "thimble_depthwise_conv2d_s8_m4")


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("size", [(6, 9), (13, 5), (40, 30)])
@pytest.mark.parametrize("stride", [1, 2])
def test_depthwise_three_by_three(stride, size, rounding, tmp_path):
    """Lines of every length modulo four, along both axes; the largest one takes several bands."""
    check(three_by_three(stride, size, rounding), tmp_path, "thimble_depthwise_conv2d_s8_m4")


@pytest.mark.parametrize("weight", [-128, 0])
def test_convolution_with_filters_of_one_weight(weight, tmp_path):
    graph = convolution(7)
    weights = graph.tensors["w"].data.copy()
    weights[::2] = weight
    check(with_weights(graph, weights), tmp_path, "thimble_conv2d_s8_m4")


def addition(seed: int) -> Graph:
    """x and a constant, on either side; of one scale, of scales far apart, or in between."""
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.01, 0.1, 2) * (1, (1, 0.0003, 1)[seed % 3])
    first, second = (float(scales[0]),) * 2 if seed % 3 == 0 else scales.tolist()
    shape = (1, 7, 37, 1)
    data = rng.integers(-128, 128, shape, dtype=np.int8)
    tensors = (
        Tensor("x", shape, DType.INT8, Quantization((first,), (int(rng.integers(-128, 128)),))),
        Tensor("c", shape, DType.INT8, Quantization((second,), (int(rng.integers(-128, 128)),)), data),
        Tensor(
            "y", shape, DType.INT8, Quantization((1.2 * max(first, second),), (int(rng.integers(-128, 40)),))
        ),
    )
    activation = (Activation.NONE, Activation.RELU)[seed % 2]
    op = Add("add", ("x", "c") if seed % 4 < 2 else ("c", "x"), ("y",), activation)
    return Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",))


@pytest.mark.parametrize("seed", range(8))
def test_addition(seed, tmp_path):
    check(addition(seed), tmp_path, "thimble_add_s8_m4")


@pytest.mark.parametrize("seed", range(12))
def test_dense(seed, tmp_path):
    check(dense(seed), tmp_path, "thimble_dense_s8_m4")


@pytest.mark.parametrize(("seed", "weight"), [(1, -128), (2, 127), (3, None)])
def test_dense_of_many_inputs(seed, weight, tmp_path):
    """Sums of a second row leave the bits that they have in that of both, unless they are taken in parts."""
    graph = dense(seed, 4000)
    weights = graph.tensors["w"].data.copy()
    if weight is not None:
        weights[1:] = weight
    check(with_weights(graph, weights), tmp_path, "thimble_dense_s8_m4")
