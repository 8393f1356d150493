"""Kernels made for the Cortex-M4F give the bytes of the portable ones, there and, as plain C, on the host."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from codegen.graph import Graph
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


@pytest.mark.parametrize("seed", range(100, 114))
def test_convolution(seed, tmp_path):
    check(convolution(seed), tmp_path, "thimble_conv2d_s8_m4")


@pytest.mark.parametrize("weight", [-128, 0])
def test_convolution_with_filters_of_one_weight(weight, tmp_path):
    graph = convolution(7)
    weights = graph.tensors["w"].data.copy()
    weights[::2] = weight
    check(with_weights(graph, weights), tmp_path, "thimble_conv2d_s8_m4")


@pytest.mark.parametrize("seed", range(12))
def test_dense(seed, tmp_path):
    check(dense(seed), tmp_path, "thimble_dense_s8_m4")
