"""Weights as the Cortex-M4F's float kernels read them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from codegen.graph import DepthwiseConv2D, DType, Graph, Tensor
from codegen.kernels import Layer
from codegen.kernels.fours import four_rows_at_a_time, fours_of_channels, fours_of_filters, groups_inside
from tests.unit.codegen.networks import Builder, as_float


@pytest.mark.parametrize("filters", [1, 4, 6])
def test_every_weight_and_bias_is_where_the_kernel_looks_for_it(filters):
    graph = as_float(Builder((5, 6, 3)).conv(filters, 2).graph(), 0)
    weights, bias = (graph.tensors[n].data for n in graph.ops[0].inputs[1:])
    fours = fours_of_filters(Layer(graph, graph.ops[0]))
    assert fours.shape == (-(-filters // 4), 1 + 12, 4)
    for n in range(fours.shape[0] * 4):
        row = fours[n // 4, :, n % 4]
        expected = [bias[n], *weights[n].reshape(-1)] if n < filters else np.zeros(13)
        np.testing.assert_array_equal(row, expected)


def test_the_last_channels_of_an_odd_number_come_twice():
    shapes = {"x": (1, 5, 5, 7), "w": (1, 3, 2, 7), "b": (7,), "y": (1, 3, 4, 7)}
    op = DepthwiseConv2D("depthwise", ("x", "w", "b"), ("y",))
    tensors = {name: Tensor(name, shape, DType.FLOAT32) for name, shape in shapes.items()}
    rng = np.random.default_rng(0)
    weights, bias = (rng.normal(size=shapes[n]).astype(np.float32) for n in "wb")
    tensors.update(w=replace(tensors["w"], data=weights), b=replace(tensors["b"], data=bias))
    fours = fours_of_channels(Layer(Graph("one", tensors, (op,), ("x",), ("y",)), op))
    assert fours.shape == (2, 1 + 6, 4)
    for four, channels in enumerate((slice(0, 4), slice(3, 7))):
        np.testing.assert_array_equal(fours[four, 0], bias[channels])
        np.testing.assert_array_equal(fours[four, 1:], weights.reshape(-1, 7)[:, channels])


@pytest.mark.parametrize("rows", [1, 4, 7])
def test_rows_beyond_the_fours_stay_as_they_are(rows):
    weights = np.random.default_rng(0).normal(size=(rows, 5)).astype(np.float32)
    flat = four_rows_at_a_time(weights)
    whole = rows // 4 * 4
    for row in range(rows):
        for i in range(5):
            at = (row // 4 * 5 + i) * 4 + row % 4 if row < whole else row * 5 + i
            assert flat[at] == weights[row, i]


def test_groups_of_four_pixels_that_touch_the_padding_are_counted():
    """Of 7x7 pixels those inside are 5 in a row; the last group is the last four pixels."""
    graph = Builder((7, 7, 2)).conv(4, 3, pad=1).graph()
    inside = np.zeros((7, 7), bool)
    inside[1:6, 1:6] = True
    groups = [inside.reshape(-1)[n : n + 4].all() for n in (*range(0, 48, 4), 45)]
    assert groups_inside(Layer(graph, graph.ops[0])) == (sum(groups), 13 - sum(groups))
