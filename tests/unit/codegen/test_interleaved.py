"""Words of weights and scaling tables of the Cortex-M4's kernels."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.graph import Rounding
from codegen.kernels.dense_s8_m4 import four_rows_at_a_time
from codegen.kernels.interleaved import LARGEST_TOTAL, interleaved, largest_totals, scaling_table
from codegen.kernels.requantization import requantize


def test_a_word_holds_two_filters_and_two_taps():
    words = interleaved(np.array([[1, -1, 3], [4, 5, 6], [7, 8, -128]], np.int8))
    assert words.dtype == np.uint32
    assert [[f"{word:08x}" for word in row] for row in words] == [
        ["05ff0401", "00000603"],
        ["00080007", "00000080"],
    ]


@pytest.mark.parametrize("shape", [(1, 1), (2, 2), (3, 25), (8, 72)])
def test_every_weight_is_where_the_kernel_looks_for_it(shape):
    weights = np.random.default_rng(0).integers(-128, 128, shape, dtype=np.int8)
    data = interleaved(weights).astype("<u4").view(np.int8).reshape(-(-shape[0] // 2), -1)
    for (row, tap), weight in np.ndenumerate(weights):
        assert data[row // 2, tap // 2 * 4 + tap % 2 * 2 + row % 2] == weight


def table(total: int, multiplier: int, shift: int):
    return scaling_table(np.array([total]), np.array([5], np.int32), [multiplier], [shift])


def test_an_odd_number_of_filters_has_one_more_row():
    assert table(100, 2**30, -3).tolist() == [[5, 2**30, 3], [0, 0, 1]]


@pytest.mark.parametrize("shift", [0, 1, -23])
def test_scales_beyond_the_arithmetic_are_refused(shift):
    assert table(LARGEST_TOTAL, 2**30, shift) is None


def test_a_filter_that_can_only_give_zero_needs_no_scale():
    assert table(1000, 2**30, -30).tolist()[0] == [5, 0, 1]
    assert table(1000, 0, 0).tolist()[0] == [5, 0, 1]


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("level", [-300, -129, -128, -1, 0, 1, 2, 127, 255])
def test_a_filter_without_weights_gives_its_only_output(level, rounding):
    """Its bias is far beyond what totals may be."""
    bias, scale = (level << 22) + 77, (2**30, -21)
    row = scaling_table(np.array([abs(bias)]), np.array([bias], np.int32), [scale[0]], [scale[1]], rounding)
    total, multiplier, shift = row.tolist()[0]
    assert abs(total) <= LARGEST_TOTAL
    assert requantize(rounding, total, multiplier, -shift) == max(-256, min(255, level))


def test_totals_that_would_overflow_are_refused():
    assert table(LARGEST_TOTAL, 2**30, -5) is not None
    assert table(LARGEST_TOTAL + 1, 2**30, -5) is None


def test_the_largest_total_counts_bias_and_weights():
    assert largest_totals(np.array([[-1, 2]], np.int8), np.array([-7], np.int32)).tolist() == [3 * 128 + 7]


@pytest.mark.parametrize("shape", [(2, 4), (3, 5), (4, 1), (5, 8), (6, 7), (7, 3), (10, 32)])
def test_every_row_of_a_dense_layer_is_where_the_kernel_looks_for_it(shape):
    rows, inputs = shape
    weights = np.random.default_rng(0).integers(-128, 128, shape, dtype=np.int8)
    data = four_rows_at_a_time(weights).astype("<u4").view(np.int8)
    raised = np.array([-128, 0], np.int8)  # the first row of two has 128 added, in eight bits
    quads = -(-inputs // 4)
    assert len(data) == (rows + rows % 2) * 4 * quads
    for (row, k), weight in np.ndenumerate(weights):
        group, place = divmod(row, 4)
        stored = 4 if rows + rows % 2 >= 4 * (group + 1) else 2
        start = group * 16 * quads + k // 4 * 4 * stored + place // 2 * 8
        assert data[start + k % 2 * 4 + k % 4 // 2 * 2 + place % 2] == weight ^ raised[place % 2]
