"""The task ``acquire``: a meter in a process of its own, whose samples stream into a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.meters.base import MeterInfo, Opened, Samples
from core.meters.choice import parse_meter
from core.meters.stream import SampleWriter

#: Partials of this task.
OPENED, GROWN = "meter", "samples"
_TOLD_EVERY_S = 0.1


class _Progress:
    """Where the recording stands. The start is the earliest that a block's arrival allows: the least delayed
    block tells it best."""

    def __init__(self, info: MeterInfo) -> None:
        self._info = info
        self._started_s = float("inf")

    def took(self, count: int) -> None:
        self._started_s = min(self._started_s, time.perf_counter() - count * self._info.period_s)

    def as_json(self, writer: SampleWriter) -> dict[str, Any]:
        known = self._info.live and writer.count > 0
        return {"samples": writer.count, "lost": writer.lost, "started_s": self._started_s if known else None}


def acquire(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: meter (as on the command line), folder, pi (address, accept_host_key, password; for sensors on
    it). Samples until it is cancelled. Partials: `meter`, once
    it is open; `samples` ten times a second: samples, lost, started_s (of the first sample, on
    `time.perf_counter`). Result: the last of these. Raises ThimbleError.
    """
    meter = parse_meter(params["meter"]).connect(params.get("pi"))
    with Opened(meter) as info, SampleWriter(Path(params["folder"]), info) as writer:
        context.partial(OPENED, {"name": info.name})
        progress = _Progress(info)
        meter.start()
        told_s = time.monotonic()
        while not context.cancel_requested:
            _add(meter.read(), writer, progress)
            if time.monotonic() - told_s >= _TOLD_EVERY_S:
                told_s = time.monotonic()
                context.partial(GROWN, progress.as_json(writer))
        _add(meter.finish(), writer, progress)
        return progress.as_json(writer)


def _add(samples: Samples, writer: SampleWriter, progress: _Progress) -> None:
    if len(samples):
        writer.add(samples)
        progress.took(writer.count)
