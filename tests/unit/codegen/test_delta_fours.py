"""Delta-coded int8 weights as the kernels read them."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.kernels.delta_fours import delta_fours, has_room


def decoded(weights: np.ndarray) -> np.ndarray:
    values, steps, counts = (array.data for array in delta_fours(weights))
    rows, start = np.zeros_like(weights), 0
    for row, count in enumerate(counts.tolist()):
        columns = np.cumsum(steps[start : start + count].astype(np.int64))
        rows[row, columns] = values[start : start + count]
        start += count
    assert start == len(values) == len(steps)
    return rows


@pytest.mark.parametrize("columns", [4, 8, 255, 256, 257, 1000, 65535])
@pytest.mark.parametrize("density", [0.0, 0.001, 0.05, 0.4])
def test_rows_are_whole_words_and_nothing_is_lost(columns, density):
    rng = np.random.default_rng(columns)
    weights = rng.integers(1, 127, (5, columns), dtype=np.int8)
    weights[rng.random(weights.shape) >= density] = 0
    weights[0], weights[1] = 0, 0
    weights[1, -1] = -128
    assert has_room(weights)
    counts = delta_fours(weights)[2].data
    assert counts[0] == 0
    assert not np.any(counts % 4)
    np.testing.assert_array_equal(decoded(weights), weights)


def test_a_row_without_zeros_to_spare_has_no_room():
    assert not has_room(np.ones((1, 6), np.int8))
    assert not has_room(np.eye(3, dtype=np.int8))
    assert has_room(np.ones((2, 8), np.int8))
