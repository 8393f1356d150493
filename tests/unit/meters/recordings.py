"""Recordings whose energy is known."""

from __future__ import annotations

import numpy as np

from core.meters.base import MeterInfo
from core.meters.recording import Recording

PERIOD_S = 1e-3


def recording(
    power_w: list[float] | np.ndarray,
    marker: list[int] | np.ndarray | None = None,
    started_s: float | None = 100.0,
    live: bool = True,
) -> Recording:
    info = MeterInfo("a meter", PERIOD_S, None if marker is None else 0, live)
    high = None if marker is None else np.asarray(marker, bool)
    return Recording(info, np.asarray(power_w, np.float32), high, started_s, 5.0)


def pulses(count: int, high: int, low: int) -> np.ndarray:
    """A marker that is low for `low` samples, high for `high`, `count` times, and low again."""
    return np.concatenate([np.tile(np.repeat([0, 1], [low, high]), count), np.zeros(low, int)])
