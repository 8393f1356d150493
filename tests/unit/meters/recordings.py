"""Recordings whose energy is known."""

from __future__ import annotations

import numpy as np

from core.meters.base import MeterInfo, Samples, samples_of
from core.meters.recording import Recording

PERIOD_S = 1e-3


class InMemory:
    """Samples that are stored nowhere else."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def read(self, begin: int, end: int) -> Samples:
        return self._samples[begin:end]


def recording(
    power_w: list[float] | np.ndarray,
    marker: list[int] | np.ndarray | None = None,
    started_s: float | None = 100.0,
    live: bool = True,
) -> Recording:
    info = MeterInfo("a meter", PERIOD_S, None if marker is None else 0, live)
    inputs = 0 if marker is None else np.asarray(marker, np.uint32)
    samples = samples_of(np.asarray(power_w, np.float32), voltage_v=5.0, inputs=inputs)
    return Recording(info, InMemory(samples), 0, len(samples), started_s)


def pulses(count: int, high: int, low: int) -> np.ndarray:
    """A marker that is low for `low` samples, high for `high`, `count` times, and low again."""
    return np.concatenate([np.tile(np.repeat([0, 1], [low, high]), count), np.zeros(low, int)])
