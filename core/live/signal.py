"""A quantity over time: what came, statistics of any window of it, and what a screen shows of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.live.quantity import Total
from core.meters.sums import BlockSums, Floats, GrowingRows, piece_length


@dataclass(frozen=True, slots=True)
class Span:
    """From `begin_s` to before `end_s`."""

    begin_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.begin_s


#: All of it.
EVER = Span(-math.inf, math.inf)


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the raw samples in a span, in the unit of the quantity. `std` is that of these samples (n), `total`
    what they add up to (`Unit.total`). Lost samples count with the mean of the others in an integral over
    time, and nowhere else. NaN where no sample is known."""

    samples: int
    lost: int
    mean: float = math.nan
    low: float = math.nan
    high: float = math.nan
    std: float = math.nan
    total: float = math.nan


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A line that covers what the samples of a span do: `time_s` and `value`, ``[points]``, where a piece
    of many samples is its least and its largest. NaN where all samples of a piece are lost. `lost_s` are the
    times of pieces that lack samples."""

    time_s: Floats
    value: Floats
    lost_s: Floats


class Axis(Protocol):
    """Which sample is when."""

    def times(self, begin: int, end: int) -> Floats:
        """Of the samples ``[begin, end)``, in seconds."""

    def place(self, time_s: float) -> int:
        """The first sample that is not before a time; not cut to what there is."""


class Store(Protocol):
    """The raw samples."""

    def read(self, begin: int, end: int) -> npt.NDArray[np.floating]:
        """The samples ``[begin, end)``, all of which are there."""


class Signal:
    """Samples of one quantity. Used from one thread.

    `period_s` is that of evenly spaced samples, None for events.
    """

    def __init__(self, axis: Axis, store: Store, total: Total, period_s: float | None = None) -> None:
        self._axis, self._store, self._total = axis, store, total
        self.period_s = period_s
        self._sums = BlockSums(store.read)

    @property
    def count(self) -> int:
        return self._sums.count

    @property
    def lost(self) -> int:
        return self._sums.lost

    @property
    def span(self) -> Span | None:
        """From the first sample to the last; None while there is none."""
        if not self.count:
            return None
        first, last = self._axis.times(0, 1)[0], self._axis.times(self.count - 1, self.count)[0]
        return Span(float(first), float(last))

    def took(self, values: npt.NDArray[np.floating]) -> None:
        """The store has these further samples now."""
        self._sums.extend(values)

    def places(self, span: Span) -> tuple[int, int]:
        """The samples ``[begin, end)`` in a span, of those that there are."""
        begin, end = self._axis.place(span.begin_s), self._axis.place(span.end_s)
        return min(max(begin, 0), self.count), min(max(end, 0), self.count)

    def samples(self, span: Span) -> tuple[Floats, npt.NDArray[np.floating]]:
        """Times and raw values in a span."""
        begin, end = self.places(span)
        return self._axis.times(begin, end), self._store.read(begin, end)

    def statistics(self, span: Span) -> Statistics:
        """Of the raw samples in a span."""
        begin, end = self.places(span)
        if begin >= end:
            return Statistics(0, 0)
        sums = self._sums.of_window(begin, end)[0]
        samples, known = end - begin, int(sums["known"])
        if not known:
            return Statistics(samples, samples)
        mean = float(sums["mean"])
        return Statistics(
            samples,
            samples - known,
            mean,
            float(sums["low"]),
            float(sums["high"]),
            math.sqrt(float(sums["squares"]) / known),
            self._added_up(mean, samples, known),
        )

    def means(self, edges_s: Sequence[float]) -> Floats:
        """Of the raw samples between each two neighbours of `edges_s`, which do not fall: ``[edges - 1]``.
        NaN where none is known. All samples from the first edge to the last are read in one go."""
        places = np.array([self._axis.place(edge_s) for edge_s in edges_s]).clip(0, self.count)
        values = self._store.read(int(places[0]), int(places[-1])).astype(np.float64)
        known = ~np.isnan(values)
        sums = np.concatenate([[0.0], np.cumsum(np.where(known, values, 0.0))])
        counts = np.concatenate([[0], np.cumsum(known)])
        at = places - places[0]
        with np.errstate(invalid="ignore"):  # nothing by nothing is NaN
            return np.asarray(np.diff(sums[at]) / np.diff(counts[at]))

    def _added_up(self, mean: float, samples: int, known: int) -> float:
        if self._total is Total.SUM:
            return mean * known
        if self._total is Total.OVER_TIME and self.period_s is not None:
            return mean * samples * self.period_s
        return math.nan

    def picture(self, span: Span, pieces: int) -> Picture:
        """A span in about `pieces` pieces, and a sample beyond each end."""
        begin, end = self.places(span)
        begin, end = max(begin - 1, 0), min(end + 1, self.count)
        length = piece_length(end - begin, max(pieces, 1))
        if length == 1:
            times, values = self._axis.times(begin, end), self._store.read(begin, end)
            return Picture(times, values.astype(np.float64), times[np.isnan(values)])
        begin -= begin % length  # pieces stay where they are while the window moves
        rows = self._sums.pieces(begin, end, length)
        starts = np.arange(begin, end, length)
        times = self._times_at(starts)
        sizes = np.minimum(starts + length, end) - starts
        seen = rows["known"] > 0
        ends = np.stack([np.where(seen, rows["low"], np.nan), np.where(seen, rows["high"], np.nan)], axis=1)
        return Picture(np.repeat(times, 2), ends.reshape(-1), times[rows["known"] < sizes])

    def _times_at(self, places: npt.NDArray[np.integer]) -> Floats:
        if self.period_s is not None:
            return np.asarray(self._axis.times(0, 1)[0] + places * self.period_s, np.float64)
        begin = int(places[0]) if len(places) else 0
        times = self._axis.times(begin, int(places[-1]) + 1 if len(places) else 0)
        return np.asarray(times[places - begin])


class _EventAxis:
    def __init__(self) -> None:
        self.rows = GrowingRows(np.float64)

    def times(self, begin: int, end: int) -> Floats:
        return np.asarray(self.rows.rows[begin:end])

    def place(self, time_s: float) -> int:
        return int(np.searchsorted(self.rows.rows, time_s))


class _Memory:
    def __init__(self) -> None:
        self.rows = GrowingRows(np.float64)

    def read(self, begin: int, end: int) -> npt.NDArray[np.floating]:
        return np.asarray(self.rows.rows[begin:end])


class EventSignal(Signal):
    """Samples that come when they come, kept in memory."""

    def __init__(self, total: Total) -> None:
        self._times, self._values = _EventAxis(), _Memory()
        super().__init__(self._times, self._values, total)

    def add(self, times_s: Floats, values: Floats) -> None:
        """Further samples; times do not fall."""
        self._times.rows.extend(times_s)
        self._values.rows.extend(values)
        self.took(values)


class EvenAxis:
    """Evenly spaced samples from `start_s` on."""

    def __init__(self, start_s: float, period_s: float) -> None:
        self.start_s, self.period_s = start_s, period_s

    def times(self, begin: int, end: int) -> Floats:
        return np.asarray(self.start_s + np.arange(begin, end) * self.period_s, np.float64)

    def place(self, time_s: float) -> int:
        places = (time_s - self.start_s) / self.period_s
        return math.ceil(places - 1e-6) if math.isfinite(places) else (2**62 if places > 0 else 0)
