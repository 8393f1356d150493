"""Kernels made for one CPU give the bytes of the portable ones, on that CPU and, as plain C, on the host.

Every network here is one layer with random sizes, paddings, strides, zero points and extreme weights, so that
nothing hides behind a later layer.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import (
    Activation,
    Add,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    DType,
    Graph,
    Padding,
    Quantization,
    Rounding,
    Sub,
    Tensor,
)
from codegen.kernels import Layer
from codegen.kernels.dense_s8_m0 import dense_scaling
from codegen.options import BuildOptions
from codegen.targets.board import Cpu, find_board
from core.boards.session import run_samples
from core.paths import cache_dir

pytestmark = pytest.mark.toolchain

SAMPLES = {"host": 200, "virtual-pico": 4}


def _weights(rng: np.random.Generator, shape: tuple[int, ...]):
    """Of one of the kinds that reach the ends of what the arithmetic can do."""
    kind = rng.integers(0, 4)
    if kind == 0:
        return rng.choice(np.array([-127, 127], np.int8), shape)
    if kind == 1:
        return np.full(shape, rng.choice([-127, 127]), np.int8)
    if kind == 2:
        return (rng.integers(-127, 128, shape) * (rng.random(shape) < 0.3)).astype(np.int8)
    return rng.integers(-127, 128, shape, dtype=np.int8)


def _int8(rng: np.random.Generator) -> int:
    return int(rng.choice([-128, 127, 0, rng.integers(-128, 128)]))


def _zero_below(rng: np.random.Generator, activation: Activation) -> int:
    """The output's zero point: with a ReLU one that leaves a range above it."""
    zero = _int8(rng)
    return zero if activation is Activation.NONE else min(zero, -zero)


def _unit(activation: Activation) -> float:
    """The scale of input and output: for a ReLU6 one with 150 steps up to 6."""
    return 6 / 150 if activation is Activation.RELU6 else 1.0


def _bias(rng: np.random.Generator, channels: int):
    return rng.integers(-(2**10), 2**10, channels, dtype=np.int32)


def _inside(outputs: int, inputs: int, kernel: int, stride: int, dilation: int, before: int) -> np.ndarray:
    """For each tap along an axis how often it reads the image and not its padding."""
    places = np.arange(outputs)[:, None] * stride - before + np.arange(kernel)[None] * dilation
    return ((places >= 0) & (places < inputs)).mean(axis=0)


def centred(graph: Graph) -> Graph:
    """With biases that bring the mean of each output into the range that it may take.

    Extreme weights and zero points would otherwise put every output at one end, and hide what is computed.
    """
    op, (x, w, b, y) = graph.ops[0], (graph.tensors[name] for name in "xwby")
    axis = w.quantization.axis or 0
    weights = w.data.astype(np.float64)
    if not isinstance(op, Dense):
        for n, before in enumerate((op.padding.top, op.padding.left)):
            inside = _inside(
                y.shape[n + 1], x.shape[n + 1], w.shape[n + 1], op.stride[n], op.dilation[n], before
            )
            weights *= inside.reshape([-1 if m == n + 1 else 1 for m in range(4)])
    sums = weights.sum(axis=tuple(n for n in range(weights.ndim) if n != axis))
    low = max(-128, y.quantization.zero_point[0]) if op.activation is not Activation.NONE else -128
    high = low + 150 if op.activation is Activation.RELU6 else 127
    steps = (low + min(high, 127)) / 2 - y.quantization.zero_point[0]
    wanted = steps / np.array(w.quantization.scale) + (x.quantization.zero_point[0] + 0.5) * sums
    moved = replace(b, data=(wanted + b.data).astype(np.int32))
    return replace(graph, tensors={**graph.tensors, "b": moved})


def convolution(seed: int, depthwise: bool = False, more_lines: int = 0) -> Graph:
    """One convolution; the output has at least four pixels."""
    rng = np.random.default_rng(seed)
    kernel, stride, dilation = (tuple(int(n) for n in rng.integers(1, m, 2)) for m in (5, 4, 3))
    padding = [min(int(n), kernel[i // 2] - 1) for i, n in enumerate(rng.integers(0, 3, 4))]
    out = [int(n) + (3 if depthwise else 0) for n in rng.integers(2, 7, 2)]
    out[0] += more_lines
    c_in, c_out = int(rng.integers(1, 9)) * (1 if seed % 3 else 2), int(rng.integers(3, 11))
    size = []
    for axis in range(2):
        window = (kernel[axis] - 1) * dilation[axis] + 1
        pads = padding[2 * axis] + padding[2 * axis + 1]
        while (out[axis] - 1) * stride[axis] + window - pads < 1:
            out[axis] += 1
        size.append((out[axis] - 1) * stride[axis] + window - pads)
    c_out = c_in if depthwise else c_out
    shape = (1, *kernel, c_out) if depthwise else (c_out, *kernel, c_in)
    # Scales that use the whole output: a sum has a standard deviation of some 5000 * sqrt(taps).
    taps = kernel[0] * kernel[1] * (1 if depthwise else c_in)
    spread = 5000 * np.sqrt(taps) / rng.uniform(20, 120, c_out)
    scales = tuple(float(s) for s in 1 / np.maximum(spread, 4.1))
    weights = _weights(rng, shape)
    activation = (Activation.NONE, Activation.RELU, Activation.RELU6)[seed % 3]
    axis_of_channels, unit = 3 if depthwise else 0, _unit(activation)
    tensors = (
        Tensor("x", (1, *size, c_in), DType.INT8, Quantization((unit,), (_int8(rng),))),
        Tensor("w", shape, DType.INT8, Quantization(scales, (0,) * c_out, axis_of_channels), weights),
        Tensor("b", (c_out,), DType.INT32, None, _bias(rng, c_out)),
        Tensor("y", (1, *out, c_out), DType.INT8, Quantization((unit,), (_zero_below(rng, activation),))),
    )
    kind = DepthwiseConv2D if depthwise else Conv2D
    rounding = tuple(Rounding)[seed % 2]
    names = (("x", "w", "b"), ("y",))
    op = kind("conv", *names, stride, dilation, Padding(*padding), activation, rounding=rounding)
    return centred(Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",)))


def dense(seed: int, most_inputs: int = 80, density: float = 1.0) -> Graph:
    """One dense layer, scaled per output or as a whole."""
    rng = np.random.default_rng(seed)
    inputs, rows = int(rng.integers(most_inputs // 20, most_inputs)), int(rng.integers(8, 40))
    spread = 5000 * np.sqrt(inputs * density) / rng.uniform(20, 120, rows if seed % 2 else 1)
    scales = tuple(float(s) for s in 1 / np.maximum(spread, 4.1))
    weights = _weights(rng, (rows, inputs))
    if seed % 4 == 0:
        weights[rng.random(weights.shape) < 0.1] = -128
    weights[rng.random(weights.shape) >= density] = 0
    activation = (Activation.NONE, Activation.RELU, Activation.RELU6)[seed % 3]
    unit = _unit(activation)
    tensors = (
        Tensor("x", (1, inputs), DType.INT8, Quantization((unit,), (_int8(rng),))),
        Tensor("w", weights.shape, DType.INT8, Quantization(scales, (0,) * len(scales), 0), weights),
        Tensor("b", (rows,), DType.INT32, None, _bias(rng, rows)),
        Tensor("y", (1, rows), DType.INT8, Quantization((unit,), (_zero_below(rng, activation),))),
    )
    op = Dense("dense", ("x", "w", "b"), ("y",), activation)
    return centred(Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",)))


def addition(seed: int) -> Graph:
    """A sum or difference with a constant."""
    rng = np.random.default_rng(seed)
    scales = rng.uniform(0.1, 3, 2)
    sizes = (float(scales[0]), float(scales[1]), float(scales.sum() * rng.uniform(0.3, 1.2)))
    zeros = (_int8(rng), _int8(rng), int(rng.integers(-60, 60)))
    x, c, y = (Quantization((scale,), (zero,)) for scale, zero in zip(sizes, zeros, strict=True))
    shape = (1, 700)
    tensors = (
        Tensor("x", shape, DType.INT8, x),
        Tensor("c", shape, DType.INT8, c, rng.integers(-128, 128, shape, dtype=np.int8)),
        Tensor("y", shape, DType.INT8, y),
    )
    op = (Add if seed % 3 else Sub)("sum", ("x", "c"), ("y",))
    return Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",))


def outputs(graph: Graph, board_id: str, cpu: Cpu, folder: Path, samples: int):
    """The bytes that `board_id` gives with the kernels of `cpu`, and the function that was called."""
    board = find_board(board_id)
    compiled = compile_model(graph, board, BuildOptions(encoding="dense"), kernels_for=cpu)
    image = build_firmware(compiled, folder / f"{board_id}-{cpu.value}", cache_dir())
    shape = graph.tensors["x"].shape[1:]
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (max(SAMPLES.values()), *shape), dtype=np.int8)
    x[0], x[1], x[2] = -128, 127, rng.choice(np.array([-128, 127], np.int8), shape)
    return run_samples(image, board, x[:samples]).outputs, compiled.layers[0].function


def require_variety(outputs: np.ndarray) -> None:
    """Comparing outputs that are all at one end of the range would prove nothing."""
    inside = (outputs > outputs.min()) & (outputs < outputs.max())
    assert np.mean(inside) > 0.02
    assert len(np.unique(outputs)) >= 16


def check(graph: Graph, folder: Path, function: str) -> None:
    expected, portable = outputs(graph, "host", Cpu.HOST, folder, SAMPLES["host"])
    require_variety(expected)
    assert portable != function
    for board, samples in SAMPLES.items():
        given, called = outputs(graph, board, Cpu.CORTEX_M0PLUS, folder, samples)
        assert called == function
        np.testing.assert_array_equal(given, expected[:samples])


@pytest.mark.parametrize("seed", range(16))
def test_convolution_m0(seed, tmp_path):
    check(convolution(seed), tmp_path, "thimble_conv2d_s8_m0")


@pytest.mark.parametrize("seed", range(12))
def test_depthwise_m0(seed, tmp_path):
    check(convolution(seed, depthwise=True), tmp_path, "thimble_depthwise_conv2d_s8_m0")


@pytest.mark.parametrize("seed", range(4))
def test_depthwise_in_strips_m0(seed, tmp_path):
    """The output takes more scratch memory than there is for all of it, and does not divide into strips."""
    check(convolution(seed, depthwise=True, more_lines=50), tmp_path, "thimble_depthwise_conv2d_s8_m0")


@pytest.mark.parametrize("seed", range(12))
def test_dense_m0(seed, tmp_path):
    check(dense(seed), tmp_path, "thimble_dense_s8_m0")


def faint_dense(seed: int) -> Graph:
    """Many inputs, as behind the last convolution, and a scale below 1/8192: per output or for all."""
    rng = np.random.default_rng(seed)
    inputs, rows = 2000 + seed, 9
    scales = tuple(float(s) for s in 1 / rng.uniform(8_500, 20_000, rows if seed % 2 else 1))
    weight_scale = Quantization(scales, (0,) * len(scales), 0)
    weights = rng.integers(-127, 128, (rows, inputs), dtype=np.int8)
    tensors = (
        Tensor("x", (1, inputs), DType.INT8, Quantization((1.0,), (_int8(rng),))),
        Tensor("w", weights.shape, DType.INT8, weight_scale, weights),
        Tensor("b", (rows,), DType.INT32, None, _bias(rng, rows)),
        Tensor("y", (1, rows), DType.INT8, Quantization((1.0,), (_int8(rng),))),
    )
    op = Dense("dense", ("x", "w", "b"), ("y",), (Activation.NONE, Activation.RELU)[seed // 2])
    return centred(Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",)))


@pytest.mark.parametrize("seed", range(3))
def test_dense_m0_with_scales_that_do_not_come_apart(seed, tmp_path):
    graph = faint_dense(seed)
    assert dense_scaling(Layer(graph, graph.ops[0])) is None
    check(graph, tmp_path, "thimble_dense_s8_m0")


def light_dense(seed: int) -> Graph:
    """Small weights with a few large ones; the last two take several blocks of inputs."""
    rng = np.random.default_rng(seed)
    inputs, rows = int(rng.integers(5, 30)) * 8 + (0, 304)[seed > 5], int(rng.integers(4, 12)) * 4
    size = int(rng.choice([1, 6, 20]))
    weights = rng.integers(-size, size + 1, (rows, inputs))
    large = rng.random((rows, inputs)) < 0.001
    weights[large] = rng.choice([-128, 127, 100], np.count_nonzero(large))
    spread = 40 * size * np.sqrt(inputs) / rng.uniform(20, 120, rows if seed % 2 else 1)
    scales = tuple(float(s) for s in 1 / np.maximum(spread, 4.1))
    weight_scale = Quantization(scales, (0,) * len(scales), 0)
    tensors = (
        Tensor("x", (1, inputs), DType.INT8, Quantization((1.0,), (_int8(rng),))),
        Tensor("w", (rows, inputs), DType.INT8, weight_scale, weights.astype(np.int8)),
        Tensor("b", (rows,), DType.INT32, None, _bias(rng, rows)),
        Tensor("y", (1, rows), DType.INT8, Quantization((1.0,), (_int8(rng),))),
    )
    op = Dense("dense", ("x", "w", "b"), ("y",))
    return centred(Graph("one_layer", {t.name: t for t in tensors}, (op,), ("x",), ("y",)))


@pytest.mark.parametrize("seed", range(8))
def test_light_dense_m0(seed, tmp_path):
    check(light_dense(seed), tmp_path, "thimble_dense_light_s8_m0")


@pytest.mark.parametrize("seed", range(8))
def test_sums_m0(seed, tmp_path):
    check(addition(seed), tmp_path, "thimble_add_s8_m0")


@pytest.mark.parametrize(
    "graph", [addition(1), light_dense(6), faint_dense(1), convolution(9, depthwise=True)]
)
def test_estimates_m0(graph, tmp_path):
    compiled = compile_model(graph, find_board("virtual-pico"), BuildOptions(encoding="dense"))
    image = build_firmware(compiled, tmp_path, cache_dir())
    x = np.zeros((1, *graph.tensors["x"].shape[1:]), np.int8)
    counted = run_samples(image, find_board("virtual-pico"), x).cycles[0]
    assert compiled.layers[0].cycles == pytest.approx(counted, rel=0.15)
