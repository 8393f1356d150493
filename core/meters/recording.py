"""What a meter recorded, as the integration needs it: samples that may be more than memory holds."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from core.meters.base import MeterInfo, Samples
from core.meters.stream import BLOCK


class Stored(Protocol):
    """Where the samples lie, such as a `core.meters.stream.SampleReader`. Places count from 0."""

    def read(self, begin: int, end: int) -> Samples: ...


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The samples ``[begin, end)`` of those that are stored, evenly spaced. `started_s` is the time of the
    stored sample 0 on `time.perf_counter`, None when the samples have no place on this computer's clock.
    `after_block` is called while they are read, and may raise."""

    meter: MeterInfo
    stored: Stored
    begin: int
    end: int
    started_s: float | None
    after_block: Callable[[], None] = lambda: None

    @property
    def period_s(self) -> float:
        return self.meter.period_s

    @property
    def count(self) -> int:
        return self.end - self.begin

    @property
    def duration_s(self) -> float:
        return self.count * self.period_s

    def unmarked(self) -> Recording:
        """The same without the marker, where what is measured raises none."""
        return dataclasses.replace(self, meter=dataclasses.replace(self.meter, marker_input=None))

    def until(self, place: int) -> Recording:
        """The samples before a place."""
        return dataclasses.replace(self, end=min(max(place, self.begin), self.end))

    def between(self, begin_s: float, end_s: float) -> Recording:
        """What was recorded between two times of `time.perf_counter`; everything where there is no clock."""
        if self.started_s is None:
            return self
        return dataclasses.replace(self, begin=self.place(begin_s), end=self.place(end_s))

    def place(self, time_s: float) -> int:
        """The sample at a time of `time.perf_counter`, cut to those that there are."""
        if self.started_s is None or time_s == math.inf:
            return self.end
        if time_s == -math.inf:
            return self.begin
        return min(max(round((time_s - self.started_s) / self.period_s), self.begin), self.end)

    def blocks(self, length: int = BLOCK) -> Iterator[Samples]:
        """The samples in pieces of `length`, the last perhaps shorter."""
        for place in range(self.begin, self.end, length):
            yield self.stored.read(place, min(place + length, self.end))
            self.after_block()

    def power_w(self, begin: int, end: int) -> npt.NDArray[np.float32]:
        """The power of the samples ``[begin, end)``, NaN where one was lost."""
        power_w: npt.NDArray[np.float32] = self.stored.read(begin, end)["power_w"]
        return power_w
