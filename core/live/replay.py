"""A run that has ended, from its result alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.bench import Source
from core.live.quantity import UNITS, Quantity
from core.live.run import LiveRun
from core.live.signal import EventSignal


def run_of_result(bench: Mapping[str, Any]) -> LiveRun:
    """The inferences of `bench` (the fields of ``bench --json``), one straight after the other: the time
    between them is not kept. Energies are those that the result tells, as `LiveRun.finish` takes them."""
    latencies_s = np.asarray(bench["times_s"], np.float64)
    signal = EventSignal(UNITS[Quantity.LATENCY].total)
    signal.add(np.cumsum(latencies_s), latencies_s)
    run = LiveRun(Source(bench["timing"]), metered=bool(bench.get("meter")))
    run.signals[Quantity.LATENCY] = signal
    run.finish(bench)
    return run
