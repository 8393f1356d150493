"""Layers at 95 % zeros on the virtual boards, beside the same layers with dense weights:

    python -m benchmarks.sparse_speed [SHAPE ...] [--board BOARD,…] [--encoding auto,crs,delta]

Builds each layer alone, runs one inference, and prints the kernel, the cycles, their ratio to those of the
same weights stored dense, and what the plan's estimate is of them. Ends with 1 when a ratio of `auto` is
above the limit.
"""

from __future__ import annotations

import argparse
import math
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.graph import Activation, Array, Conv2D, Dense, DType, Graph, Op, Padding, Quantization, Tensor
from codegen.kernels import LoweredLayer
from codegen.options import BuildOptions
from codegen.targets.board import Board, find_board
from core.boards.session import run_samples
from core.paths import cache_dir

LIMIT = 0.2
DENSITY = 0.05


@dataclass(frozen=True, slots=True)
class Shape:
    """A layer: `input` is ``[channels]`` of a dense one, or ``[height, width, channels]``."""

    input: tuple[int, ...]
    outputs: int
    kernel: int = 1
    activation: Activation = Activation.NONE
    dtype: DType = DType.INT8
    pad: int = 0
    per_channel: bool = True

    @property
    def weights(self) -> tuple[int, ...]:
        window = (self.kernel, self.kernel) if len(self.input) == 3 else ()
        return (self.outputs, *window, self.input[-1])

    def graph(self, density: float, values: int = 255) -> Graph:
        """The layer with this part of its weights not zero, drawn from `values` values."""
        rng = np.random.default_rng(0)
        size = math.prod(self.weights)
        kept = rng.permutation(size).reshape(self.weights) < round(density * size)
        integers = rng.choice(_values(rng, values), self.weights) * kept
        bias = rng.integers(-1000, 1000, self.outputs)
        if self.dtype is DType.FLOAT32:
            return self._graph(integers.astype(np.float32) / 127, bias.astype(np.float32) / 1000)
        return self._graph(integers.astype(np.int8), bias.astype(np.int32))

    def _graph(self, weights: Array, bias: Array) -> Graph:
        is_int8, rng = self.dtype is DType.INT8, np.random.default_rng(1)
        channels = self.outputs if self.per_channel else 1
        scales = Quantization(
            tuple(rng.uniform(0.001, 0.01, channels).tolist()),
            (0,) * channels,
            0 if self.per_channel else None,
        )
        tensors = (
            Tensor("x", (1, *self.input), self.dtype, Quantization((0.05,), (3,)) if is_int8 else None),
            Tensor("w", self.weights, self.dtype, scales if is_int8 else None, weights),
            Tensor("b", bias.shape, DType.INT32 if is_int8 else self.dtype, None, bias),
            Tensor("y", self._output(), self.dtype, Quantization((0.2,), (4,)) if is_int8 else None),
        )
        return Graph("layer", {t.name: t for t in tensors}, (self._op(),), ("x",), ("y",))

    def _output(self) -> tuple[int, ...]:
        return (1, *(n + 2 * self.pad - self.kernel + 1 for n in self.input[:-1]), self.outputs)

    def _op(self) -> Op:
        ends = ("layer", ("x", "w", "b"), ("y",))
        if len(self.input) == 1:
            return Dense(*ends, activation=self.activation)
        return Conv2D(*ends, padding=Padding(*(self.pad,) * 4), activation=self.activation)


def _values(rng: np.random.Generator, values: int) -> Array:
    """So many integers that are not zero."""
    everything = np.concatenate([np.arange(-127, 0), np.arange(1, 128)])
    return rng.choice(everything, min(values, len(everything)), replace=False)


_RELU = Activation.RELU
#: In images of these sizes the fast dense kernels find scratch memory.
SHAPES = {
    "dense-256-32": Shape((256,), 32),
    "dense-256-32-relu": Shape((256,), 32, activation=_RELU),
    "dense-256-32-per-tensor": Shape((256,), 32, per_channel=False),
    "dense-512-32": Shape((512,), 32),
    "dense-1000-10": Shape((1000,), 10, per_channel=False),
    "conv-3x3-32-32-relu": Shape((12, 12, 32), 32, 3, _RELU, pad=1),
    "conv-3x3-32-64": Shape((10, 10, 32), 64, 3),
    "conv-1x1-256-16": Shape((8, 8, 256), 16, activation=_RELU),
    "float-dense-256-32": Shape((256,), 32, dtype=DType.FLOAT32),
    "float-dense-600-16": Shape((600,), 16, dtype=DType.FLOAT32),
    "float-conv-3x3-32-64": Shape((14, 14, 32), 64, 3, dtype=DType.FLOAT32),
    "float-conv-1x1-256-16": Shape((8, 8, 256), 16, activation=_RELU, dtype=DType.FLOAT32),
}


def counted(graph: Graph, board: Board, encoding: str) -> tuple[LoweredLayer, int]:
    """The layer as it was lowered, and the cycles of an inference of noise."""
    compilation = compile_model(graph, board, BuildOptions(encoding=encoding))
    tensor, rng = graph.tensors[graph.inputs[0]], np.random.default_rng(2)
    noise = rng.normal(0, 40, tensor.shape).clip(-128, 127).astype(tensor.dtype.numpy)
    with tempfile.TemporaryDirectory() as folder:
        cycles = run_samples(build_firmware(compilation, folder, cache_dir()), board, noise).cycles
    if cycles is None:
        raise SystemExit(f"error: {board.title} counts no cycles; use a virtual board")
    return compilation.layers[0], cycles[0]


def _rows(shape: Shape, board: Board, encodings: list[str]) -> Iterator[tuple[str, LoweredLayer, int, float]]:
    """For each encoding: its name, the layer, the cycles, the ratio to the same weights stored dense."""
    graph = shape.graph(DENSITY)
    dense, most = counted(graph, board, "dense")
    yield "dense", dense, most, 1.0
    for encoding in encodings:
        layer, cycles = counted(graph, board, encoding)
        yield encoding, layer, cycles, cycles / most


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("shapes", nargs="*", metavar="SHAPE", help=f"of {', '.join(SHAPES)}")
    parser.add_argument("--board", default="virtual-pico,virtual-nano", help="boards, with commas between")
    parser.add_argument("--encoding", default="auto,crs,delta", help="encodings, with commas between")
    options = parser.parse_args()
    missed = 0
    print(
        f"{'layer':26} {'board':13} {'encoding':9} {'kernel':28} {'cycles':>9} {'/ dense':>8} {'estimate':>8}"
    )
    for name, board in (
        (name, find_board(id_)) for name in options.shapes or SHAPES for id_ in options.board.split(",")
    ):
        shape = SHAPES[name]
        for encoding, layer, cycles, ratio in _rows(shape, board, options.encoding.split(",")):
            missed += encoding == "auto" and ratio > LIMIT
            print(
                f"{name:26} {board.id:13} {encoding:9} {layer.function:28} {cycles:9,} {ratio:8.3f}"
                f" {layer.cycles / cycles:7.2f}",
                flush=True,
            )
    print(f"{missed} of auto above {LIMIT}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
