"""Meters that are asked for one reading after another."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.meters.base import NO_SAMPLES, Samples, lost_samples, samples_of

#: The longest wait for the next place in time.
_WAIT_S = 0.1

Clock = Callable[[], float]
Sleep = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a meter shows now; NaN where it does not tell."""

    power_w: float
    current_a: float = np.nan
    voltage_v: float = np.nan

    def as_sample(self) -> Samples:
        return samples_of([self.power_w], self.current_a, self.voltage_v)


class Pacer:
    """Takes readings `period_s` apart. A reading that comes too late for its place in time leaves a lost
    sample there: what was polled stays evenly spaced, and what is missing is counted."""

    def __init__(self, period_s: float, clock: Clock = time.perf_counter, sleep: Sleep = time.sleep) -> None:
        self._period_s = period_s
        self._clock = clock
        self._sleep = sleep
        self._started_s = 0.0
        self._taken = 0

    def start(self) -> None:
        self._started_s = self._clock()
        self._taken = 0

    def next(self, ask: Callable[[], Reading]) -> Samples:
        """The reading of the next place in time, after the lost samples of places that have passed; nothing
        where that is not due yet."""
        due_s = self._started_s + self._taken * self._period_s
        wait_s = due_s - self._clock()
        if wait_s > 0:
            self._sleep(min(wait_s, _WAIT_S))
        if wait_s > _WAIT_S:
            return NO_SAMPLES
        missed = max(int((self._clock() - due_s) / self._period_s), 0)
        sample = ask().as_sample()
        self._taken += missed + 1
        return np.concatenate([lost_samples(missed), sample]) if missed else sample


class PolledMeter(ABC):
    """The part of PowerMeter that polled meters share. Subclasses open, close and give a `reading`."""

    def __init__(self, period_s: float) -> None:
        self._pacer = Pacer(period_s)

    @abstractmethod
    def reading(self) -> Reading:
        """What the meter shows now. Raises ThimbleError."""

    def start(self) -> None:
        self._pacer.start()

    def read(self) -> Samples:
        return self._pacer.next(self.reading)

    def finish(self) -> Samples:
        return NO_SAMPLES
