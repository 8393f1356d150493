"""Requantization as a staircase: the same steps as the reference, with 32-bit multiplications alone.

An int8 output grows with its 32-bit sum in at most 255 steps. Any other arithmetic that also only grows and
has each step at the same sum gives the same bytes for every sum, so comparing the steps proves it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

#: y = (floor(sum · factor / 2^SPLIT_BITS) + offset) >> shift, with factor < 2^FACTOR_BITS: the low bits of the
#: sum times the factor fill an unsigned word.
SPLIT_BITS = 12
FACTOR_BITS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The reference's arithmetic, an entry a channel: what is added to the sum, then multiplier and shift of
    `codegen.fixed_point.requantize_twice`; for all channels the zero point and the clamp."""

    bias: Ints
    multiplier: Ints
    shift: Ints
    zero: int
    low: int
    high: int


@dataclass(frozen=True, slots=True, eq=False)
class SumRange:
    """The smallest and the largest sum that a channel's weights can give, without the bias."""

    low: Ints
    high: Ints


def requantize_twice(total: Ints, multiplier: Ints, shift: Ints) -> Ints:
    """`codegen.fixed_point.requantize_twice` on whole arrays; totals times 2^shift must fit in int32."""
    left, right = np.maximum(shift, 0), np.maximum(-shift, 0)
    high: Ints = ((total << left) * multiplier + 2**30) >> 31
    mask = (np.int64(1) << right) - 1
    threshold = (mask >> 1) + (high < 0)
    return (high >> right) + ((high & mask) > threshold)


def scaling_table(reference: Reference, sums: SumRange) -> npt.NDArray[np.int32] | None:
    """``[channels, 2]``: factor + shift · 2^24, and offset; None when some channel has no exact staircase."""
    steps = _steps(reference, sums)
    if steps is None:
        return None
    table = np.zeros((len(reference.bias), 2), np.int64)
    missing = np.ones(len(table), np.bool_)
    for exponent in (-11, -12, -13):
        for nudge in (0, 1, -1, 2, -2):
            shift = 31 - SPLIT_BITS + exponent - reference.shift
            factor = np.rint(reference.multiplier * 2.0**exponent).astype(np.int64) + nudge
            offset, exact = _offset(reference, sums, steps, factor, shift)
            found = missing & exact
            table[found] = np.stack([factor + (shift << 24), offset], axis=1)[found]
            missing &= ~exact
            if not missing.any():
                return table.astype(np.int32)
    return None


def _steps(reference: Reference, sums: SumRange) -> Ints | None:
    """``[channels, high - low]``: the smallest sum, bias not included, that gives at least low + 1, low + 2, …

    A guess in double precision, then exact among its neighbours; None when it is not among them. A step out
    of reach stays out of reach, wherever that is.
    """
    low, high = ((a + reference.bias)[:, None] for a in (sums.low, sums.high))
    left = np.maximum(reference.shift, 0)[:, None]
    if (reference.multiplier == 0).any() or (np.maximum(-low, high) + 16 << left).max() >= 2**31:
        return None
    multiplier, shift = reference.multiplier[:, None], reference.shift[:, None]
    levels = np.arange(reference.low + 1, reference.high + 1)[None, :]
    guess = np.rint((levels - reference.zero - 0.5) * np.exp2(31.0 - shift) / multiplier)
    nearest = np.clip(guess, low - 8, high + 8).astype(np.int64)
    reachable = guess == nearest
    neighbours = nearest[..., None] + np.arange(-3, 4)
    reached = requantize_twice(neighbours, multiplier[..., None], shift[..., None]) + reference.zero
    above = reached >= levels[..., None]
    if not (~reachable | (above[..., -1] & ~above[..., 0])).all():
        return None
    first = np.where(reachable, above.argmax(axis=-1), 3)
    result: Ints = nearest + first - 3 - reference.bias[:, None]
    return result


def _offset(
    reference: Reference, sums: SumRange, steps: Ints, factor: Ints, shift: Ints
) -> tuple[Ints, Flags]:
    """For each channel an offset that puts every step in its place, and whether there is one."""
    usable = (shift >= 0) & (shift <= 31) & (factor > 0) & (factor < 2**FACTOR_BITS)
    safe_shift = np.where(usable, shift, 0)
    levels = np.arange(reference.low + 1, reference.high + 1)[None, :] << safe_shift[:, None]

    def scaled(total: Any) -> Any:
        return (total * factor[:, None]) >> SPLIT_BITS

    low, high = sums.low[:, None], sums.high[:, None]
    at_least = np.where(steps <= high, levels - scaled(np.maximum(steps, low)), np.iinfo(np.int64).min)
    at_most = np.where(steps > low, levels - 1 - scaled(np.minimum(steps - 1, high)), np.iinfo(np.int64).max)
    smallest = at_least.max(axis=1, initial=-(2**31))
    largest = at_most.min(axis=1, initial=2**31 - 1)
    offset = (np.clip(smallest, -(2**31), 2**31) + np.clip(largest, -(2**31), 2**31)) >> 1
    ends = [scaled(a)[:, 0] + offset for a in (low, high)]
    fits = (ends[0] >= -(2**31)) & (ends[1] < 2**31) & (np.abs(offset) < 2**31)
    return offset, usable & (smallest <= largest) & fits
