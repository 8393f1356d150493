"""The reference's requantization with 32-bit multiplications alone, exact.

With a total T (sum and bias), a multiplier m in [2^30, 2^31) and a right shift r from 1 to 12, the reference
of dense layers (`codegen.fixed_point.requantize_once`) gives floor((T · m + 2^(r+30)) / 2^(r+31)). With
v = floor(T · m / 2^20) that is

    y = floor((v + 2^(r+10)) / 2^(r+11)) + zero point

The reference of convolutions (`requantize_twice`) gives p = floor((T · m + 2^30) / 2^31) and then p / 2^r,
halves away from zero: floor((p + 2^(r-1) - [p < 0]) / 2^r). Both divisions in one:

    y = floor((v + 2^10 + 2^(r+10) - [T < 0] · 2^11) / 2^(r+11)) + zero point

The rest that v drops is below one unit and all that is added is whole units, so dropping it changes no
comparison; p is negative where T is, but for T = -1 and m = 2^30, where y is the zero point either way. With
m = m1 · 2^20 + m2 · 2^10 + m3 the v is T · m1 + floor((T · m2 + floor(T · m3 / 2^10)) / 2^10), and no term
leaves 32 bits where |T| < 2^21 - 2^11. A total beyond that is far outside int8: T is first limited to what
gives the clamp's ends, multiples of 2^r, so that y needs no clamp of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codegen.graph import Rounding
from codegen.kernels.requantization import requantize

Table = npt.NDArray[np.int32]

LARGEST_SHIFT = 12
LARGEST_TOTAL = 2**21 - 2**11
_LIMIT_BITS = 12


@dataclass(frozen=True, slots=True)
class Requantization:
    """One layer's: multiplier and shift a channel as TFLite has them, the clamp that the output gets."""

    multiplier: tuple[int, ...]
    shift: tuple[int, ...]
    zero: int
    low: int
    high: int
    rounding: Rounding


def split_table(requantization: Requantization) -> Table | None:
    """``[channels, 2]``: m; the highest T / 2^r in the upper 12 bits, the lowest in the next 12, and r.

    None when a channel's scale is outside of what this arithmetic can do.
    """
    channels = zip(requantization.multiplier, requantization.shift, strict=True)
    rows = [(multiplier, _limits(requantization, multiplier, shift)) for multiplier, shift in channels]
    return None if any(packed is None for _, packed in rows) else np.array(rows, dtype=np.int32)


def _limits(requantization: Requantization, multiplier: int, shift: int) -> int | None:
    right = -shift
    if not 1 <= right <= LARGEST_SHIFT or multiplier < 2**30:
        return None
    lowest, highest = (
        _multiple_giving(requantization.rounding, level - requantization.zero, multiplier, right)
        for level in (requantization.low, requantization.high)
    )
    if lowest is None or highest is None:
        return None
    mask = 2**_LIMIT_BITS - 1
    packed: int = (highest & mask) << 20 | (lowest & mask) << 8 | right
    return packed - 2**32 if packed >= 2**31 else packed


def _multiple_giving(rounding: Rounding, level: int, multiplier: int, right: int) -> int | None:
    """A multiple of 2^right (divided by it) whose output, without the zero point, is exactly `level`."""
    nearest = round(level * 2**31 / multiplier)
    for multiple in (nearest, nearest - 1, nearest + 1):
        total = multiple << right
        exact = requantize(rounding, total, multiplier, -right) == level
        if exact and abs(total) < LARGEST_TOTAL and abs(multiple) < 2 ** (_LIMIT_BITS - 1):
            return multiple
    return None


def split_requantize(total: int, multiplier: int, packed: int, zero: int, rounding: Rounding) -> int:
    """What the kernels compute from a row of the table; for tests."""
    right = packed & 255
    lowest, highest = _signed(packed >> 8) << right, _signed(packed >> 20) << right
    total = max(lowest, min(highest, total))
    high, middle, low = multiplier >> 20, multiplier >> 10 & 1023, multiplier & 1023
    inner = total * middle + (total * low >> 10)
    if not -(2**31) <= inner < 2**31:
        raise OverflowError(f"{total} leaves 32 bits")
    result: int = total * high + (inner >> 10) + ((2 * zero + 1) << right + 10)
    if rounding is Rounding.TWICE:
        result += 1024 - (2048 if total < 0 else 0)
    if not -(2**31) <= result < 2**31:
        raise OverflowError(f"{total} leaves 32 bits")
    return result >> right + 11


def _signed(field: int) -> int:
    value: int = field & (2**_LIMIT_BITS - 1)
    return value - 2**_LIMIT_BITS if value >= 2 ** (_LIMIT_BITS - 1) else value
