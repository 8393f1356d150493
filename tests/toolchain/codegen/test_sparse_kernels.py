"""Kernels on sparse and clustered weights give the bytes of the dense ones, on every CPU, in few cycles.

Every network is one layer with random sizes, paddings, strides, zero points and extreme weights.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sparse_speed import DENSITY, LIMIT, SHAPES, counted
from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import DType, Graph, Rounding
from codegen.options import BuildOptions
from codegen.sparse import ENCODINGS
from codegen.targets.board import find_board
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.toolchain.codegen.test_kernel_variants import (
    centred,
    convolution,
    dense,
    require_variety,
)
from tests.unit.codegen import sparse_cases
from tests.unit.codegen.networks import Builder
from tests.unit.codegen.sparse_cases import SparseCase

pytestmark = pytest.mark.toolchain

SAMPLES = {"host": 200, "virtual-pico": 4, "virtual-nano": 4}
BOARDS = ("virtual-pico", "virtual-nano")
CASES = {**sparse_cases.CASES, **sparse_cases.FEWER_VALUES}


def outputs(graph: Graph, board: str, encoding: str, folder: Path) -> tuple[np.ndarray, str, int]:
    """What `board` gives, the encoding of the first layer, and the cycles of an inference."""
    compiled = compile_model(graph, find_board(board), BuildOptions(encoding=encoding))
    image = build_firmware(compiled, folder / f"{board}-{encoding}", cache_dir())
    shape = graph.tensors["x"].shape[1:]
    rng = np.random.default_rng(1)
    x = rng.integers(-128, 128, (SAMPLES["host"], *shape), dtype=np.int8)
    x[0], x[1], x[2] = -128, 127, rng.choice(np.array([-128, 127], np.int8), shape)
    result = run_samples(image, find_board(board), x[: SAMPLES[board]])
    return result.outputs, compiled.layers[0].encoding, result.cycles[0] if result.cycles else 0


def check(graph: Graph, encoding: str, folder: Path) -> str:
    """Compares with the portable kernel on dense weights; the name of the storage."""
    expected, _, _ = outputs(graph, "host", "dense", folder)
    require_variety(expected)
    stored = ""
    for board, samples in SAMPLES.items():
        given, stored, _ = outputs(graph, board, encoding, folder)
        np.testing.assert_array_equal(given, expected[:samples])
    return stored


def with_case(graph: Graph, case: SparseCase, seed: int) -> Graph:
    """The weights drawn from some extreme values of each output; some outputs without any."""
    rng = np.random.default_rng(seed)
    weights = graph.tensors["w"]
    flat = weights.data.reshape(len(weights.data), -1)
    values = np.array([-127, 127, -1, 90, *range(2, 14)][: min(case.values, 16)], np.int8)
    data = values[rng.integers(0, len(values), flat.shape)] if case.values < 255 else flat.copy()
    data[rng.random(data.shape) >= case.density] = 0
    data[seed % len(data)] = data[seed % len(data), 0] if case.values < 255 else 0
    # Sums of fewer weights are smaller: the scales make up for it.
    scales = tuple(min(s / np.sqrt(case.density), 0.24) for s in weights.quantization.scale)
    quantization = replace(weights.quantization, scale=scales)
    changed = replace(weights, data=data.reshape(weights.data.shape), quantization=quantization)
    return centred(replace(graph, tensors={**graph.tensors, "w": changed}))


@pytest.mark.parametrize(
    ("seed", "rounding"),
    [(21, Rounding.TWICE), (29, Rounding.ONCE), (33, Rounding.TWICE), (33, Rounding.ONCE)],
)
@pytest.mark.parametrize("name", CASES)
def test_convolution(name, seed, rounding, tmp_path):
    graph = convolution(seed)
    graph = replace(graph, ops=(replace(graph.ops[0], rounding=rounding),))
    stored = check(with_case(graph, CASES[name], seed % 3), CASES[name].encoding, tmp_path)
    assert stored.startswith(CASES[name].encoding)


@pytest.mark.parametrize("seed", [5, 6])
@pytest.mark.parametrize("name", CASES)
def test_dense_layer(name, seed, tmp_path):
    graph = dense(seed, 6000 if CASES[name].inputs > 8 else 80)
    stored = check(with_case(graph, CASES[name], seed % 2), CASES[name].encoding, tmp_path)
    assert stored.startswith(CASES[name].encoding)


def pointwise(name: str, width: int, rounding: Rounding) -> Graph:
    """A convolution of one tap over a line of `width` pixels, one of its filters without weights."""
    case = CASES[name]
    graph = Builder((1, width, case.inputs * 25)).conv(9, 1).graph()
    graph = sparse_cases.with_weights(graph, case)
    graph.tensors["w0"].data[4] = 0
    return replace(graph, ops=(replace(graph.ops[0], rounding=rounding),))


@pytest.mark.parametrize(
    ("width", "rounding"), [(7, Rounding.TWICE), (4, Rounding.ONCE), (3, Rounding.TWICE)]
)
@pytest.mark.parametrize("name", sparse_cases.POINTWISE)
def test_convolution_of_one_tap(name, width, rounding, tmp_path):
    graph = pointwise(name, width, rounding)
    layer = compile_model(graph, find_board("host"), BuildOptions(encoding=CASES[name].encoding)).layers[0]
    assert layer.function == f"thimble_pointwise_{name}_s8"
    assert check(graph, CASES[name].encoding, tmp_path) == name


@pytest.mark.parametrize("name", ["dense", "convolution", "pointwise"])
def test_an_output_without_weights_may_have_any_bias(name, tmp_path):
    """Filters that pruning has emptied have biases that no sum could reach."""
    case = replace(CASES["crs8"], inputs=4)
    graph = getattr(case, name)()
    graph.tensors["w0"].data[2:5] = 0
    graph.tensors["b0"].data[2:5] = (2_000_000_000, -2_000_000_000, 70_000)
    assert check(graph, case.encoding, tmp_path) in ENCODINGS["crs"]


def test_scales_beyond_the_fast_arithmetic(tmp_path):
    """One output gains by 3, one loses by 10,000."""
    for number, graph in enumerate((convolution(24), dense(5))):
        weights = graph.tensors["w"]
        scales = (3.0, 1e-4, *weights.quantization.scale[2:])
        changed = replace(weights, quantization=replace(weights.quantization, scale=scales))
        graph = replace(graph, tensors={**graph.tensors, "w": changed})
        check(graph, "crs", tmp_path / str(number))


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.dtype is DType.INT8])
def test_at_95_percent_zeros_a_layer_takes_a_fifth_of_the_cycles(name, board):
    graph = SHAPES[name].graph(DENSITY)
    dense, most_cycles = counted(graph, find_board(board), "dense")
    sparse, cycles = counted(graph, find_board(board), "auto")
    assert (dense.encoding, sparse.encoding != "dense") == ("dense", True)
    assert cycles <= LIMIT * most_cycles
    assert sparse.cycles == pytest.approx(cycles, rel=0.15)
