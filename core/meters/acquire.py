"""The task ``acquire``: a meter in a process of its own, whose samples stream into a file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.meters.base import MeterInfo, Opened, Samples
from core.meters.choice import parse_meter
from core.meters.keeping import Keeper
from core.meters.stream import SampleWriter

#: Partials of this task.
OPENED, GROWN = "meter", "samples"
_TOLD_EVERY_S = 0.1


class _Progress:
    """Where the recording stands. The start is the earliest that a block's arrival allows: the least delayed
    block tells it best."""

    def __init__(self, info: MeterInfo, writer: SampleWriter, keeper: Keeper) -> None:
        self._info, self._writer, self._keeper = info, writer, keeper
        self._first_s = float("inf")

    def take(self, samples: Samples) -> None:
        self._keeper.add(samples)
        if len(samples):
            self._first_s = min(self._first_s, time.perf_counter() - self._keeper.came * self._info.period_s)

    def as_json(self) -> dict[str, Any]:
        known = self._info.live and self._writer.count > 0
        kept_s = self._first_s + self._keeper.dropped * self._info.period_s
        return {
            "came": self._keeper.came,
            "samples": self._writer.count,
            "lost": self._writer.lost,
            "started_s": kept_s if known else None,
        }


def acquire(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: meter (as on the command line), folder, waits (whether samples are kept only once they are
    asked for, see `core.meters.keeping`), pi (address, accept_host_key, password; for sensors on it).
    Samples until it is cancelled. Partials: `meter`, once it is open; `samples` ten times a second: came
    (from the meter), samples (that were kept), lost (of these), started_s (of the first that was kept, on
    `time.perf_counter`). Result: the last of these. Raises ThimbleError.
    """
    folder = Path(params["folder"])
    meter = parse_meter(params["meter"]).connect(params.get("pi"))
    with Opened(meter) as info, SampleWriter(folder, info) as writer:
        context.partial(OPENED, {"name": info.name})
        progress = _Progress(info, writer, Keeper(writer, info, folder, bool(params.get("waits"))))
        meter.start()
        told_s = time.monotonic()
        while not context.cancel_requested:
            progress.take(meter.read())
            if time.monotonic() - told_s >= _TOLD_EVERY_S:
                told_s = time.monotonic()
                context.partial(GROWN, progress.as_json())
        progress.take(meter.finish())
        return progress.as_json()
