"""One pass over a recording, block by block: where the marker was high, and what the samples add up to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.meters.base import Samples
from core.meters.recording import Recording
from core.meters.sums import Rows, joined, sums_of

_NOTHING = sums_of(np.full((1, 1), np.nan))

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The marker was high from sample `begin` to before sample `end`."""

    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of `known` samples; the others are NaN. The deviation is that of a whole population."""

    known: int
    mean: float = math.nan
    std: float = math.nan
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True)
class Survey:
    """`power_w` of all samples, of which `lost` are not known; `idle_w` of those with the marker low;
    `supply_v` of the voltage. `pulses` are in order; high at the start or at the end of the recording is not
    a pulse, for nobody knows how long it was."""

    power_w: Statistics
    lost: int
    idle_w: Statistics
    supply_v: Statistics
    pulses: tuple[Pulse, ...]


def survey(recording: Recording) -> Survey:
    """Of the whole recording. Without a marker there are no pulses, and nothing is idle."""
    marker = _Marker(recording.begin)
    power, idle, volts = [_NOTHING], [_NOTHING], [_NOTHING]
    for block in recording.blocks():
        power.append(_sums(block["power_w"]))
        volts.append(_sums(block["voltage_v"]))
        if recording.meter.marker_input is not None:
            high = marker.follow(block, recording.meter.marker_input)
            idle.append(_sums(block["power_w"][~high]))
    whole = _statistics(power)
    lost = recording.count - whole.known
    return Survey(whole, lost, _statistics(idle), _statistics(volts), tuple(marker.pulses))


class _Marker:
    """Follows the marker from block to block; `place` is that of the first sample."""

    def __init__(self, place: int) -> None:
        self.pulses: list[Pulse] = []
        self._place = place
        self._first = True
        self._high = False
        self._rose: int | None = None

    def follow(self, block: Samples, marker_input: int) -> Flags:
        """Where it is high in the samples that come next."""
        told = (block["inputs"] >> np.uint32(marker_input) & 1).astype(bool)
        high = _held(told, np.isnan(block["power_w"]), self._high)
        if self._first:
            self._first, self._high = False, bool(high[0])
        steps = np.flatnonzero(np.diff(high, prepend=self._high)) + self._place
        for step in steps.tolist():
            self._take(step)
        self._place += len(block)
        return high

    def _take(self, step: int) -> None:
        """The marker rises or falls at this sample."""
        self._high = not self._high
        if self._high:
            self._rose = step
        elif self._rose is not None:
            self.pulses.append(Pulse(self._rose, step))


def _held(high: Flags, lost: Flags, last: bool) -> Flags:
    """The marker, which stays as it was while samples are lost: a gap must not make two inferences of one.
    `last` is how it was before."""
    place = np.maximum.accumulate(np.where(lost, -1, np.arange(len(high))))
    held: Flags = np.where(place < 0, last, high[np.maximum(place, 0)])
    return held


def _sums(values: npt.NDArray[np.float32]) -> Rows:
    return sums_of(values[None, :]) if len(values) else _NOTHING


def _statistics(rows: Sequence[Rows]) -> Statistics:
    whole = joined(np.concatenate(rows)[None, :])[0]
    known = int(whole["known"])
    if not known:
        return Statistics(0)
    std = math.sqrt(float(whole["squares"]) / known)
    return Statistics(known, float(whole["mean"]), std, float(whole["low"]), float(whole["high"]))
