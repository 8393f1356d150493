"""Requantization without a long multiplication, against the reference's, where they could differ."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.graph import Rounding
from codegen.kernels.requantization import requantize
from codegen.kernels.split_requantization import (
    LARGEST_SHIFT,
    Requantization,
    split_requantize,
    split_table,
)

MULTIPLIERS = (2**30, 2**30 + 1, 1_234_567_891, 1_610_612_736, 2**31 - 1024, 2**31 - 2, 2**31 - 1)
CLAMPS = ((0, -128, 127), (-128, -128, 127), (5, 5, 127), (-5, -60, 90))


def _totals(multiplier: int, right: int) -> set[int]:
    """All around zero, around every step of the output, and far away."""
    steps = np.arange(-262, 263) * 0.5 * 2.0**right * 2.0**31 / multiplier
    near = {int(s) + d for s in steps for d in (-2, -1, 0, 1)}
    random = np.random.default_rng(right).integers(-(2**24), 2**24, 50)
    return near | set(range(-9, 10)) | set(random.tolist()) | {-(2**30), 2**30}


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize("right", range(1, LARGEST_SHIFT + 1))
@pytest.mark.parametrize("multiplier", MULTIPLIERS)
def test_every_output_equals_the_references(multiplier, right, rounding):
    totals = _totals(multiplier, right)
    for zero, low, high in CLAMPS:
        table = split_table(Requantization((multiplier,), (-right,), zero, low, high, rounding))
        assert table is not None
        for total in totals:
            expected = min(high, max(low, requantize(rounding, total, multiplier, -right) + zero))
            assert split_requantize(total, table[0].tolist(), rounding) == expected


@pytest.mark.parametrize("shift", [1, 0, -LARGEST_SHIFT - 1])
def test_other_scales_are_refused(shift):
    assert split_table(Requantization((2**30,), (shift,), 0, -128, 127, Rounding.ONCE)) is None


def test_one_channel_that_cannot_refuses_the_layer():
    assert split_table(Requantization((2**30, 0), (-3, 0), 0, -128, 127, Rounding.TWICE)) is None


REACHES = (
    (13, 219_373, 289_243),
    (14, -637_257, -501_087),
    (20, 26_480_370, 26_636_685),
    (16, 40_000, 900_000),
    (12, -50_000, 60_000),
)


@pytest.mark.parametrize("rounding", Rounding)
@pytest.mark.parametrize(("right", "low", "high"), REACHES)
@pytest.mark.parametrize("multiplier", MULTIPLIERS)
def test_large_shifts_are_served_where_the_totals_are_known(multiplier, right, low, high, rounding):
    requantization = Requantization((multiplier,), (-right,), -20, -128, 127, rounding, ((low, high),))
    table = split_table(requantization)
    assert table is not None
    steps = np.arange(-200, 201) * 0.5 * 2.0**right * 2.0**31 / multiplier
    near = {int(s) + d for s in steps for d in range(-2, 3)}
    for total in {low, high, *(t for t in near if low <= t <= high)}:
        expected = max(-128, min(127, requantize(rounding, total, multiplier, -right) - 20))
        assert split_requantize(total, table[0].tolist(), rounding) == expected


@pytest.mark.parametrize(("multiplier", "shift"), [(0, 0), (2**30, -31), (2**31 - 1, 0), (2**30, 5)])
def test_a_channel_that_never_changes_has_any_scale(multiplier, shift):
    requantization = Requantization((multiplier,), (shift,), 7, -128, 127, Rounding.TWICE, ((9, 9),))
    expected = max(-128, min(127, requantize(Rounding.TWICE, 9, multiplier, shift) + 7))
    table = split_table(requantization)
    assert table is not None
    assert split_requantize(9, table[0].tolist(), Rounding.TWICE) == expected
