"""A float network of one layer for each kernel on sparse and clustered weights, by the kernel's function."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import Graph
from tests.unit.codegen.networks import Builder, as_float
from tests.unit.codegen.sparse_cases import CASES, FEWER_VALUES, SparseCase, with_weights

FLOAT_CASES: dict[str, SparseCase] = {**CASES, **FEWER_VALUES}


def as_sparse_float(graph: Graph, case: SparseCase) -> Graph:
    """The int8 graph in float, its weights those of the case and no integers."""
    weights = with_weights(graph, case).tensors["w0"].data
    changed = as_float(graph, 1)
    tensor = replace(changed.tensors["w0"], data=weights.astype(np.float32) / np.float32(50))
    return replace(changed, tensors={**changed.tensors, "w0": tensor})


def _convolution(case: SparseCase) -> Graph:
    """Where a filter has many weights, beside an image so large that there is scratch memory for it."""
    if case.inputs <= 8:
        return case.convolution()
    return Builder((24, 22, case.inputs)).conv(10, pad=1, stride=2).graph()


def graphs() -> dict[str, tuple[Graph, str]]:
    """By the kernel's function: the network and the encoding."""
    kernels = {name: FLOAT_CASES[name] for name in CASES}
    return {
        **{
            f"thimble_dense_{name}_f32": (as_sparse_float(case.dense(), case), case.encoding)
            for name, case in kernels.items()
        },
        **{
            f"thimble_conv2d_{name}_f32": (as_sparse_float(_convolution(case), case), case.encoding)
            for name, case in kernels.items()
        },
    }
