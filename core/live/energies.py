"""The energy of each inference while a meter records, long before its marker has told what it was."""

from __future__ import annotations

from collections import deque
from enum import Enum
from itertools import islice

import numpy as np

from core.live.power import PowerSignal
from core.live.signal import Span
from core.meters.sums import Floats

#: Inferences, and samples of the meter, that are looked at in one go: a window must not stand still.
_MOST_INFERENCES, _MOST_SAMPLES = 5_000, 250_000


class EnergyOf(Enum):
    """How the energy of an inference came about."""

    POWER_PROFILE = "power-profile"
    #: Mean power since the inference before, times the latency.
    CLOCK = "clock"
    #: Mean power of all inferences, times the latency.
    MEAN_POWER = "mean-power"
    #: The integral between the edges of the meter's marker.
    MARKER = "marker"


class ClockEnergies:
    """Mean power since the inference before, times the latency. Inferences wait here for their power."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[float, float]] = deque()
        self._from_s = 0.0

    def add(self, inferences: list[tuple[float, float]]) -> None:
        """The end and the latency of each, in seconds."""
        self._waiting.extend(inferences)

    def take(self, power: PowerSignal) -> tuple[Floats, Floats] | None:
        """When inferences ended whose power is there by now, and their energies; without those before the
        meter's first sample. None when there is none to look at; a part of them when there are many."""
        edges_s = self._edges(power)
        count = len(edges_s) - 1
        if not count:
            return None
        latencies = np.array([self._waiting.popleft()[1] for _ in range(count)])
        self._from_s = edges_s[-1]
        energies = _means_w(power, edges_s) * latencies
        known = np.isfinite(energies)
        return np.array(edges_s[1:])[known], energies[known]

    def _edges(self, power: PowerSignal) -> list[float]:
        """From the end of the inference before to that of the last one that is looked at now."""
        edges_s, there = [self._from_s], power.span
        if there is None:
            return edges_s
        for end_s, _ in islice(self._waiting, _MOST_INFERENCES):
            many = len(edges_s) > 1 and _samples(power, edges_s[0], end_s) > _MOST_SAMPLES
            if end_s > there.end_s or many:
                break
            edges_s.append(end_s)
        return edges_s


def _means_w(power: PowerSignal, edges_s: list[float]) -> Floats:
    """Between each two edges."""
    if _samples(power, edges_s[0], edges_s[-1]) > _MOST_SAMPLES:  # a single, long one
        return np.array([power.statistics(Span(edges_s[0], edges_s[-1])).mean])
    return power.means(edges_s)


def _samples(power: PowerSignal, begin_s: float, end_s: float) -> int:
    begin, end = power.places(Span(begin_s, end_s))
    return end - begin
