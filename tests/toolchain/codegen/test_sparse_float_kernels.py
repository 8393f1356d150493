"""Float kernels on sparse and clustered weights give what the dense ones do, on every CPU, in few cycles.

Every network is one layer; convolutions have random sizes, strides, paddings and dilations.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.sparse_speed import DENSITY, LIMIT, SHAPES, counted
from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import DType, Graph, Rounding, Tensor
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from core.boards.session import run_samples
from core.paths import cache_dir
from tests.toolchain.codegen.test_kernel_variants import convolution
from tests.unit.codegen.networks import Builder, as_float
from tests.unit.codegen.sparse_cases import SparseCase
from tests.unit.codegen.sparse_float_cases import FLOAT_CASES, as_sparse_float

pytestmark = pytest.mark.toolchain

SAMPLES = {"host": 1000, "virtual-pico": 2, "virtual-nano": 2}


def outputs(graph: Graph, board: str, encoding: str, folder: Path) -> tuple[np.ndarray, str, int, int]:
    """What `board` gives, the encoding of the first layer, the cycles of an inference, and the estimate."""
    compiled = compile_model(graph, find_board(board), BuildOptions(encoding=encoding))
    image = build_firmware(compiled, folder / f"{board}-{encoding}", cache_dir())
    shape = (SAMPLES["host"], *graph.tensors["x"].shape[1:])
    x = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    result = run_samples(image, find_board(board), x[: SAMPLES[board]])
    estimate = sum(layer.cycles for layer in compiled.layers)
    return result.outputs, compiled.layers[0].encoding, result.cycles[0] if result.cycles else 0, estimate


def check(graph: Graph, encoding: str, folder: Path) -> None:
    """Compares with the portable kernel on dense weights."""
    given, stored, _, _ = outputs(graph, "host", "dense", folder)
    assert stored == "dense"
    expected = np.ascontiguousarray(given).view(np.float32)
    assert len(np.unique(expected)) > 1
    for board, samples in SAMPLES.items():
        given, stored, _, _ = outputs(graph, board, encoding, folder)
        assert stored.startswith(encoding)
        difference = np.abs(np.ascontiguousarray(given).view(np.float32) - expected[:samples])
        assert difference.max() <= 1e-5 * np.abs(expected).max()


def random_convolution(seed: int, case: SparseCase) -> Graph:
    """In float, with weights drawn from some values of each filter; one filter has none."""
    graph, rng = convolution(seed), np.random.default_rng(seed)
    shape = graph.tensors["w"].shape
    values = rng.normal(size=(shape[0], min(case.values, 16) - 1)).astype(np.float32)
    picks = rng.integers(0, values.shape[1], (shape[0], int(np.prod(shape[1:]))))
    weights = np.take_along_axis(values, picks, axis=1)
    weights[rng.random(weights.shape) >= min(case.density, 0.6)] = 0
    weights[seed % len(weights)] = 0
    data = {"w": weights.reshape(shape), "b": rng.normal(size=shape[0]).astype(np.float32)}
    tensors = {
        name: Tensor(name, tensor.shape, DType.FLOAT32, None, data.get(name))
        for name, tensor in graph.tensors.items()
    }
    return replace(graph, tensors=tensors, ops=(replace(graph.ops[0], rounding=Rounding.TWICE),))


@pytest.mark.parametrize("seed", [20, 21])
@pytest.mark.parametrize("name", FLOAT_CASES)
def test_convolution(name, seed, tmp_path):
    case = FLOAT_CASES[name]
    check(random_convolution(seed, case), case.encoding, tmp_path)


@pytest.mark.parametrize("name", FLOAT_CASES)
def test_dense_layer(name, tmp_path):
    case = FLOAT_CASES[name]
    check(as_sparse_float(case.dense(), case), case.encoding, tmp_path)


@pytest.mark.parametrize("name", sorted(FLOAT_CASES.keys() - {"codebook1", "codebook2"}))
def test_convolution_of_one_tap(name, tmp_path):
    """Four pixels lie at one distance, but where a line ends."""
    case = FLOAT_CASES[name]
    graph = Builder((6, 10, case.inputs)).conv(5, 1, stride=2).graph()
    check(as_sparse_float(graph, case), case.encoding, tmp_path)


@pytest.mark.parametrize("name", [name for name, shape in SHAPES.items() if shape.dtype is DType.FLOAT32])
def test_at_95_percent_zeros_a_layer_takes_a_fifth_of_the_cycles(name):
    """On the Cortex-M4F, against the dense kernels made for its FPU."""
    graph, board = SHAPES[name].graph(DENSITY), find_board("virtual-nano")
    _, most_cycles = counted(graph, board, "dense")
    sparse, cycles = counted(graph, board, "auto")
    assert sparse.encoding != "dense"
    assert cycles <= LIMIT * most_cycles
    assert sparse.cycles == pytest.approx(cycles, rel=0.15)


ESTIMATED = {
    "bitmask": SparseCase("bitmask", 0.4),
    "delta4": SparseCase("delta", 0.2),
    "delta8": SparseCase("delta", 0.04),
    "codebook": SparseCase("codebook", values=16),
    "codebook_with_zeros": SparseCase("codebook", 0.3, values=8),
}


SMALL = {
    "dense": lambda: Builder((300,)).dense(20),
    "convolution": lambda: Builder((12, 12, 8)).conv(16, 3, pad=1),
}


@pytest.mark.parametrize("name", ESTIMATED)
@pytest.mark.parametrize("layer", SMALL)
def test_the_estimate_is_within_15_percent_on_the_cortex_m4f(name, layer, tmp_path):
    case = ESTIMATED[name]
    graph = as_sparse_float(SMALL[layer]().graph(), case)
    _, stored, cycles, estimate = outputs(graph, "virtual-nano", case.encoding, tmp_path)
    assert stored.startswith(case.encoding)
    assert estimate == pytest.approx(cycles, rel=0.15)


def test_auto_takes_what_is_smallest():
    sparse = as_sparse_float(Builder((600,)).dense(16).graph(), SparseCase("crs", 0.05))
    full = as_float(Builder((600,)).dense(16).graph(), 1)
    for graph, expected in ((sparse, "delta8"), (full, "dense")):
        layer = compile_model(graph, find_board("virtual-nano"), BuildOptions()).layers[0]
        assert layer.encoding == expected
