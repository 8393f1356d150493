"""A recorded measurement, played as if a meter gave it: to see again what was measured, and for classes
without meters.

What it gives is what was measured then, on whatever board that was; it has no place on this computer's clock.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.meters.base import NO_SAMPLES, MeterInfo, MeterKind, Samples, nothing_to_find
from core.meters.samples_csv import Played, read_samples
from core.recipe import key

_READ_S = 0.05


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    file: str = key("", "a CSV with the columns time_s and power_w; marker or inputs where there was one")
    marker: int = key(0, "the digital input that the marker was wired to", 0, 31)


class ReplayMeter:
    """A PowerMeter. It plays as fast as it was recorded, and gives the rest when it is stopped."""

    def __init__(self, options: ReplayOptions) -> None:
        self._options = options
        self._played = Played(NO_SAMPLES, 1.0, has_inputs=False)
        self._given = 0
        self._started_s = 0.0

    def open(self) -> MeterInfo:
        path = Path(self._options.file)
        self._played = read_samples(path)
        marker = self._options.marker if self._played.has_inputs else None
        return MeterInfo(f"replay of {path.name}", self._played.period_s, marker, live=False)

    def start(self) -> None:
        self._started_s = time.perf_counter()
        self._given = 0

    def read(self) -> Samples:
        time.sleep(_READ_S)
        return self._until(round((time.perf_counter() - self._started_s) / self._played.period_s))

    def finish(self) -> Samples:
        return self._until(len(self._played.samples))

    def _until(self, end: int) -> Samples:
        part = self._played.samples[self._given : end]
        self._given += len(part)
        return np.asarray(part)

    def close(self) -> None:
        """There is nothing to release."""


REPLAY = MeterKind(
    id="replay",
    title="Recording",
    about="plays a recorded CSV",
    options=ReplayOptions,
    target="file",
    connect=ReplayMeter,
    find=nothing_to_find,
    needs_target=True,
)
