"""Sums over blocks of samples, kept while they come: any window's statistics and picture, without reading it.

Blocks of `BLOCK` samples, blocks of `FAN` of those, and so on. Whole blocks inside a window are taken from
here, and only the few samples at its ends are read: a million samples cost no more than a thousand, and the
result is that of the raw samples (parts are joined as Chan, Golub and LeVeque do, 1979).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

#: Samples of a block of the lowest level, and blocks in one of the next.
BLOCK, FAN = 64, 16

#: Of one block: samples that are not NaN, their mean, sum of squared deviations from it, least and largest.
SUMS = np.dtype([("known", "i8"), ("mean", "f8"), ("squares", "f8"), ("low", "f8"), ("high", "f8")])

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.void]
#: Raw values of the samples ``[begin, end)``.
Read = Callable[[int, int], npt.NDArray[np.floating]]


def sums_of(values: npt.NDArray[np.floating]) -> Rows:
    """One row for each row of ``[blocks, samples]``; NaN are lost samples."""
    values = values.astype(np.float64)
    known = ~np.isnan(values)
    rows = np.empty(len(values), SUMS)
    rows["known"] = known.sum(axis=1)
    some = np.maximum(rows["known"], 1)
    rows["mean"] = np.where(known, values, 0.0).sum(axis=1) / some
    deviations = np.where(known, values - rows["mean"][:, None], 0.0)
    rows["squares"] = (deviations**2).sum(axis=1)
    rows["low"] = np.where(known, values, np.inf).min(axis=1)
    rows["high"] = np.where(known, values, -np.inf).max(axis=1)
    return rows


def joined(rows: Rows) -> Rows:
    """One row for each row of ``[blocks, parts]``."""
    known = rows["known"].sum(axis=1)
    mean = (rows["known"] * rows["mean"]).sum(axis=1) / np.maximum(known, 1)
    whole = np.empty(len(rows), SUMS)
    whole["known"] = known
    whole["mean"] = mean
    between = rows["known"] * (rows["mean"] - mean[:, None]) ** 2
    whole["squares"] = (rows["squares"] + between).sum(axis=1)
    whole["low"] = rows["low"].min(axis=1)
    whole["high"] = rows["high"].max(axis=1)
    return whole


class BlockSums:
    """`extend` with samples as they come; `read` gives them again, for the ends of windows."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._levels: list[GrowingRows] = [GrowingRows()]
        self._tail = np.zeros(0)
        self.count = 0
        self.lost = 0

    def extend(self, values: npt.NDArray[np.floating]) -> None:
        """`values` are the next samples ``[samples]``."""
        self.count += len(values)
        self.lost += int(np.isnan(values).sum())
        waiting = np.concatenate([self._tail, values])
        whole = len(waiting) // BLOCK * BLOCK
        self._tail = waiting[whole:]
        self._levels[0].extend(sums_of(waiting[:whole].reshape(-1, BLOCK)))
        self._raise_levels()

    def _raise_levels(self) -> None:
        level = 0
        while len(self._levels[level]) >= FAN:
            if level + 1 == len(self._levels):
                self._levels.append(GrowingRows())
            lower, upper = self._levels[level].rows, self._levels[level + 1]
            fresh = lower[len(upper) * FAN : len(lower) // FAN * FAN]
            upper.extend(joined(fresh.reshape(-1, FAN)))
            level += 1

    def of_window(self, begin: int, end: int) -> Rows:
        """One row of sums over the samples ``[begin, end)``, cut to those that are there."""
        begin, end = max(begin, 0), min(end, self.count)
        parts = self._parts(begin, end)
        return joined(np.concatenate(parts)[None, :]) if parts else sums_of(np.full((1, 1), np.nan))

    def _parts(self, begin: int, end: int) -> list[Rows]:
        """Rows that together are the window: whole blocks, as large as they are there, and samples."""
        if begin >= end:
            return []
        best = None
        size = BLOCK
        for level in self._levels:
            first, last = -(-begin // size), min(end // size, len(level))
            if first >= last:
                break
            best = (size, level.rows[first:last], first * size, last * size)
            if last - first <= 2 * FAN:
                break
            size *= FAN
        if best is None:
            return [sums_of(self._read(begin, end)[None, :])]
        _, rows, low, high = best
        return [*self._parts(begin, low), rows, *self._parts(high, end)]

    def pieces(self, begin: int, end: int, length: int) -> Rows:
        """Sums over each `length` samples from `begin` on, the last perhaps of fewer.

        `begin` is a multiple of `length`, and `length` one of the sizes of `piece_length`.
        """
        end = min(end, self.count)
        if length < BLOCK:
            return grouped(self._read(begin, end), length)
        fits = [place for place in range(len(self._levels)) if BLOCK * FAN**place <= length]
        level, size = self._levels[fits[-1]].rows, BLOCK * FAN ** fits[-1]
        rows = level[begin // size : end // size]
        taken = begin + len(rows) * size
        if taken < end:
            rows = np.concatenate([rows, self.of_window(taken, end)])
        return _reduced(rows, np.arange(0, len(rows), length // size))


def piece_length(samples: int, pieces: int) -> int:
    """The smallest power of two of samples in a piece with which `samples` make at most `pieces`."""
    length = 1
    while samples > length * pieces:
        length *= 2
    return length


def grouped(values: npt.NDArray[np.floating], length: int) -> Rows:
    """`sums_of` of each `length` samples, the last perhaps of fewer."""
    missing = -len(values) % length
    padded = np.concatenate([values, np.full(missing, np.nan)])
    return sums_of(padded.reshape(-1, length))


def _reduced(rows: Rows, starts: npt.NDArray[np.integer]) -> Rows:
    """What a picture needs of groups of rows: known, low, high and mean; squares stay 0."""
    whole = np.zeros(len(starts), SUMS)
    if not len(starts):
        return whole
    whole["known"] = np.add.reduceat(rows["known"], starts)
    sums = np.add.reduceat(rows["known"] * rows["mean"], starts)
    whole["mean"] = sums / np.maximum(whole["known"], 1)
    whole["low"] = np.minimum.reduceat(rows["low"], starts)
    whole["high"] = np.maximum.reduceat(rows["high"], starts)
    return whole


class GrowingRows:
    """An array that grows at its end."""

    def __init__(self, kind: npt.DTypeLike = SUMS) -> None:
        self._room = np.empty(64, kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> npt.NDArray[Any]:
        """A view of what is there."""
        return self._room[: self._count]

    def extend(self, rows: npt.NDArray[Any]) -> None:
        count = self._count + len(rows)
        if count > len(self._room):
            room = np.empty(max(count, 2 * len(self._room)), self._room.dtype)
            room[: self._count] = self.rows
            self._room = room
        self._room[self._count : count] = rows
        self._count = count
