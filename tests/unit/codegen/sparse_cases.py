"""A network of one layer for each kernel on sparse and clustered weights, by the kernel's function."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from codegen.graph import Graph
from tests.unit.codegen.networks import Builder


@dataclass(frozen=True)
class SparseCase:
    """`density` is the part of weights that are not zero; `values` how many distinct ones there are."""

    encoding: str
    density: float = 1.0
    values: int = 255
    inputs: int = 8

    def dense(self) -> Graph:
        return with_weights(Builder((self.inputs * 25,)).dense(12).graph(), self)

    def convolution(self) -> Graph:
        """A width that is no multiple of four, strides and padding."""
        return with_weights(Builder((7, 10, self.inputs)).conv(10, pad=1, stride=2).graph(), self)

    def pointwise(self) -> Graph:
        """A number of pixels that is no multiple of four."""
        return with_weights(Builder((5, 3, self.inputs * 25)).conv(10, 1).graph(), self)


CASES = {
    "crs8": SparseCase("crs", 0.30),
    "crs16": SparseCase("crs", 0.03, inputs=32),
    "bitmask": SparseCase("bitmask", 0.5),
    "delta4": SparseCase("delta", 0.2),
    "delta8": SparseCase("delta", 0.04, inputs=32),
    "codebook": SparseCase("codebook", values=16),
}
#: The formats that have a kernel for convolutions of one tap.
POINTWISE = ("crs8", "crs16", "delta8")
#: What is not a kernel of its own.
FEWER_VALUES = {"codebook1": SparseCase("codebook", values=2), "codebook2": SparseCase("codebook", values=4)}


def with_weights(graph: Graph, case: SparseCase) -> Graph:
    """The graph with its weights chosen from some values, different ones for every output."""
    rng = np.random.default_rng(5)
    weights = graph.tensors["w0"]
    rows, per_row = weights.shape[0], int(np.prod(weights.shape[1:]))
    tables = np.array([rng.choice(np.arange(-127, 128), case.values, replace=False) for _ in range(rows)])
    data = np.take_along_axis(tables, rng.integers(0, case.values, (rows, per_row)), axis=1)
    data.reshape(-1)[rng.permutation(data.size)[: round((1 - case.density) * data.size)]] = 0
    changed = replace(weights, data=data.reshape(weights.shape).astype(np.int8))
    return replace(graph, tensors={**graph.tensors, "w0": changed})


def graphs() -> dict[str, tuple[Graph, str]]:
    """By the kernel's function: the network and the encoding."""
    return {
        **{f"thimble_dense_{name}_s8": (case.dense(), case.encoding) for name, case in CASES.items()},
        **{f"thimble_conv2d_{name}_s8": (case.convolution(), case.encoding) for name, case in CASES.items()},
        **{
            f"thimble_pointwise_{name}_s8": (CASES[name].pointwise(), CASES[name].encoding)
            for name in POINTWISE
        },
    }
