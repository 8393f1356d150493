"""Weights and requantization as the Cortex-M4's kernels read them: two filters and two taps in a word."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Rounding
from codegen.kernels.requantization import requantize
from codegen.sparse.base import Int8Matrix

LARGEST_SHIFT = 22
#: Totals are doubled before they are multiplied.
LARGEST_TOTAL = 2**30 - 1


def interleaved(weights: Int8Matrix) -> npt.NDArray[np.uint32]:
    """``[filters, taps]`` as words ``[filters / 2, taps / 2]``, both rounded up, lowest byte first: filter 2i
    tap 2k, filter 2i + 1 tap 2k, and both again for tap 2k + 1. What an odd number leaves empty is 0.
    """
    filters, taps = weights.shape
    even = np.pad(weights, ((0, filters % 2), (0, taps % 2)))
    quads = even.reshape(even.shape[0] // 2, 2, even.shape[1] // 2, 2).transpose(0, 2, 3, 1)
    words: npt.NDArray[np.uint32] = np.ascontiguousarray(quads).reshape(*quads.shape[:2], 4).view("<u4")
    return words[..., 0].astype(np.uint32)


def largest_totals(weights: Int8Matrix, bias: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """The largest magnitude that each filter's sum and bias can reach, at any moment of the summing."""
    sums: npt.NDArray[np.int64] = np.abs(weights.astype(np.int64)).sum(axis=1) * 128
    return sums + np.abs(bias.astype(np.int64))


def scaling_table(
    totals: npt.NDArray[np.int64],
    bias: npt.NDArray[np.int32],
    multiplier: list[int],
    shift: list[int],
    rounding: Rounding = Rounding.TWICE,
) -> npt.NDArray[np.int32] | None:
    """``[filters rounded up to an even number, 3]``: bias, multiplier, right shift.

    None when the arithmetic of the kernel cannot do a filter's scale. A filter that gives 0 for every total
    that it can reach has the multiplier 0. One without weights, which pruning leaves, has in place of a bias
    and a scale of any size what gives its only output.
    """
    rows: list[tuple[int, int, int]] = []
    for total, b, m, s in zip(totals.tolist(), bias.tolist(), multiplier, shift, strict=True):
        if total == abs(b) and s <= 0:
            rows.append(_constant(requantize(rounding, b, m, s)))
            continue
        if total > LARGEST_TOTAL:
            return None
        if 1 <= -s <= LARGEST_SHIFT:
            rows.append((b, m, -s))
        elif s <= 0 and requantize(rounding, -total, m, s) == requantize(rounding, total, m, s) == 0:
            rows.append((b, 0, 1))
        else:
            return None
    rows += [(0, 0, 1)] * (len(rows) % 2)
    table: npt.NDArray[Any] = np.array(rows, dtype=np.int32)
    return table


def _constant(level: int) -> tuple[int, int, int]:
    """The row that gives this output beside the zero point, rounded once or twice: 4 · level / 2 / 2."""
    return 4 * max(-256, min(255, level)), 2**30, 1
