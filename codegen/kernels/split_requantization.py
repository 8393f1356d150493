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

What is added at the end is one number a channel, the offset: 2^10 (in convolutions), 2^(r+10) and the zero
point.

Where the weights tell which totals a channel can have, other scales can be served too. A channel whose output
never changes is its offset alone. One with r above 12 counts its totals from the lowest, and takes less of m,
when there is an offset with which the output changes at the same totals as the reference's: a change between
T - 1 and T bounds the offset from both sides. Both outputs rise with the total, so elsewhere they are equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from codegen.graph import Rounding
from codegen.kernels.requantization import requantize

Table = npt.NDArray[np.int32]
_Row = tuple[int, int, int, int]

LARGEST_SHIFT = 12
#: Why a kernel refuses a layer without a table.
SCALE_REFUSAL = "changes the scale by more than 1/2 or less than 1/8192"
LARGEST_TOTAL = 2**21 - 2**11
_LIMIT_BITS = 12


@dataclass(frozen=True, slots=True)
class Requantization:
    """One layer's: multiplier and shift a channel as TFLite has them, the clamp that the output gets.

    `reach` holds the lowest and the highest total that each channel can have; empty when that is not known.
    """

    multiplier: tuple[int, ...]
    shift: tuple[int, ...]
    zero: int
    low: int
    high: int
    rounding: Rounding
    reach: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Channel:
    """One channel's; `low` and `high` are the clamp without the zero point."""

    multiplier: int
    right: int
    low: int
    high: int
    rounding: Rounding
    reach: tuple[int, int] | None

    def exact(self, total: int) -> int:
        """The reference's output for this total, without the zero point and the clamp."""
        return requantize(self.rounding, total, self.multiplier, -self.right)

    def level(self, total: int) -> int:
        """The same, clamped."""
        return max(self.low, min(self.high, self.exact(total)))

    def first_total_of(self, level: int) -> int:
        """The lowest total whose output is `level`."""
        total = int((level - 0.5) * 2.0 ** (self.right + 31) / self.multiplier) - 4
        while self.exact(total) < level:
            total += 1
        return total


def split_table(requantization: Requantization) -> Table | None:
    """``[channels, 4]``: what the bias needs besides; m; the highest T / 2^r in the upper 12 bits, the lowest
    in the next 12, and r; the offset.

    None when a channel's scale is outside of what this arithmetic can do.
    """
    rows = [_row(channel, requantization.zero) for channel in _channels(requantization)]
    return None if any(row is None for row in rows) else np.array(rows, dtype=np.int32)


def _channels(requantization: Requantization) -> list[_Channel]:
    low, high = (level - requantization.zero for level in (requantization.low, requantization.high))
    reaches = requantization.reach or (None,) * len(requantization.multiplier)
    triples = zip(requantization.multiplier, requantization.shift, reaches, strict=True)
    return [_Channel(m, -shift, low, high, requantization.rounding, reach) for m, shift, reach in triples]


def _row(channel: _Channel, zero: int) -> _Row | None:
    right = channel.right
    if 1 <= right <= LARGEST_SHIFT and channel.multiplier >= 2**30:
        lowest, highest = _multiple_giving(channel, channel.low), _multiple_giving(channel, channel.high)
        if lowest is not None and highest is not None:
            offset = (2 * zero + 1 << right + 10) + (1024 if channel.rounding is Rounding.TWICE else 0)
            return 0, channel.multiplier, _packed(lowest, highest, right), _int32(offset)
    if channel.reach is None:
        return None
    levels = channel.level(channel.reach[0]), channel.level(channel.reach[1])
    if levels[0] == levels[1]:
        return 0, 0, _packed(0, 0, 1), levels[0] + zero << 12
    return _shorter(channel, channel.reach, zero) if right >= 1 else None


def _packed(lowest: int, highest: int, right: int) -> int:
    mask = 2**_LIMIT_BITS - 1
    return _int32((highest & mask) << 20 | (lowest & mask) << 8 | right)


def in_halves(packed: int) -> int:
    """The third number of a row with T / 2^(r-1) as limits and r - 1 in place of r. No limit is beyond 511
    where multipliers are at least 2^30, so that it still has room."""
    return _packed(2 * _signed(packed >> 8), 2 * _signed(packed >> 20), (packed & 255) - 1)


def _int32(word: int) -> int:
    """Modulo 2^32."""
    return (word + 2**31) % 2**32 - 2**31


def _shorter(channel: _Channel, reach: tuple[int, int], zero: int) -> _Row | None:
    """A row with less of the multiplier, for totals in `reach` alone, which are counted from its lowest."""
    right = min(channel.right, LARGEST_SHIFT)
    drop = channel.right - right
    multiplier = channel.multiplier + (1 << drop >> 1) >> drop
    span, unit = reach[1] - reach[0], 1 << right + 11
    highest = -(-span >> right)
    first, last = (channel.exact(total) for total in reach)
    fits = span < LARGEST_TOTAL and highest < 2 ** (_LIMIT_BITS - 1) and abs(reach[0]) < 2**31
    if not fits or (first, last) != (channel.level(reach[0]), channel.level(reach[1])):
        return None
    low = (first + zero) * unit
    high = (last + zero + 1) * unit - 1 - _product(span, multiplier)
    for level in range(first + 1, last + 1):
        change = channel.first_total_of(level) - reach[0]
        low = max(low, (level + zero) * unit - _product(change, multiplier))
        high = min(high, (level + zero) * unit - 1 - _product(change - 1, multiplier))
    return (-reach[0], multiplier, _packed(0, highest, right), low) if low <= high else None


def _product(total: int, multiplier: int) -> int:
    """The v of the module's description."""
    inner = total * (multiplier >> 10 & 1023) + (total * (multiplier & 1023) >> 10)
    if not -(2**31) <= inner < 2**31:
        raise OverflowError(f"{total} leaves 32 bits")
    return total * (multiplier >> 20) + (inner >> 10)


def _multiple_giving(channel: _Channel, level: int) -> int | None:
    """A multiple of 2^right (divided by it) whose output, without the zero point, is exactly `level`."""
    nearest = round(level * 2**31 / channel.multiplier)
    for multiple in (nearest, nearest - 1, nearest + 1):
        total = multiple << channel.right
        exact = channel.exact(total) == level
        if exact and abs(total) < LARGEST_TOTAL and abs(multiple) < 2 ** (_LIMIT_BITS - 1):
            return multiple
    return None


def split_requantize(total: int, row: Sequence[int], rounding: Rounding) -> int:
    """What the kernels compute from a row of the table and a total without its bias; for tests."""
    more, multiplier, packed, offset = row
    right = packed & 255
    lowest, highest = _signed(packed >> 8) << right, _signed(packed >> 20) << right
    total = max(lowest, min(highest, total + more))
    result: int = _product(total, multiplier) + offset
    if rounding is Rounding.TWICE and total < 0:
        result -= 2048
    if not -(2**31) <= result < 2**31:
        raise OverflowError(f"{total} leaves 32 bits")
    return result >> right + 11


def _signed(field: int) -> int:
    value: int = field & (2**_LIMIT_BITS - 1)
    return value - 2**_LIMIT_BITS if value >= 2 ** (_LIMIT_BITS - 1) else value
