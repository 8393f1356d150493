"""A meter that records while something else is done."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from core.errors import ThimbleError
from core.jobs.events import Done, Event, Failed, Partial
from core.jobs.host import JobHandle, start_job
from core.meters.acquire import GROWN
from core.meters.keeping import ASKED
from core.meters.recording import Recording
from core.meters.stream import SampleReader
from core.paths import cannot_write

_OPEN_S = 60.0  # on a busy computer, an instrument in the network
_STOP_S = 75.0  # the longest sweep of an instrument has to end
_LOOK_S = 0.05


@dataclass(frozen=True, slots=True)
class Grown:
    """The recording grew: `samples` in `folder` so far, of which `lost` were lost."""

    folder: Path
    samples: int
    lost: int


def nobody_looks(_: Grown) -> None:
    """For recordings that nobody watches."""


class MeterSession:
    """Records from its start to its end: ``with MeterSession("ppk2", folder) as session: …``.

    `meter` is as on the command line. Entering waits until the meter is open and gives samples; `check` is
    called meanwhile and may raise. `on_grown` is called in a thread, ten times a second. A meter that fails
    later does not end what is measured: `on_fault` is called, and `recording` raises it. Entering raises
    ThimbleError. `pi` as in the task `acquire`; with `waits`, samples are kept from shortly before `keep` on.
    """

    def __init__(
        self,
        meter: str,
        folder: Path,
        on_grown: Callable[[Grown], None] = nobody_looks,
        check: Callable[[], None] = lambda: None,
        on_fault: Callable[[ThimbleError], None] = lambda _: None,
        pi: dict[str, Any] | None = None,
        waits: bool = False,
    ) -> None:
        self._meter = meter
        self._folder = folder
        self._on_grown = on_grown
        self._check = check
        self._on_fault = on_fault
        self._pi = pi
        self._waits = waits
        self._started_s: float | None = None
        self._sampling = threading.Event()
        self._job: JobHandle | None = None

    def __enter__(self) -> MeterSession:
        with contextlib.suppress(OSError):  # the job tells what is wrong with the folder
            (self._folder / ASKED).unlink()  # of a recording before this one
        params = {"meter": self._meter, "folder": str(self._folder), "waits": self._waits, "pi": self._pi}
        self._job = job = start_job("acquire", params, self._hear)
        try:
            deadline_s = time.monotonic() + _OPEN_S
            while not self._sampling.wait(_LOOK_S):
                self._check()
                if job.end is not None:
                    raise _fault(job.end)
                if time.monotonic() > deadline_s:
                    raise _silent(self._meter)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def keep(self) -> None:
        """From here on samples are wanted. Raises ThimbleError ``cannot-write``."""
        try:
            (self._folder / ASKED).touch()
        except OSError as error:
            raise cannot_write(self._folder, error) from error

    @property
    def fault(self) -> ThimbleError | None:
        """What the meter failed with; None while it records."""
        end = None if self._job is None else self._job.end
        return None if end is None or isinstance(end, Done) else _fault(end)

    def place(self, time_s: float) -> int:
        """The sample at a time of `time.perf_counter`, as far as is known; the first where there is no
        clock."""
        if self._started_s is None:
            return 0
        return max(round((time_s - self._started_s) / SampleReader(self._folder).info.period_s), 0)

    def recording(self) -> Recording:
        """End it, and give what was recorded. Raises ThimbleError when the meter failed meanwhile."""
        end = self._end()
        if not isinstance(end, Done):
            raise _fault(end)
        reader = SampleReader(self._folder)
        return Recording(reader.info, reader, 0, reader.count, end.result["started_s"], self._check)

    def _end(self) -> Any:
        if self._job is None:
            raise RuntimeError("the meter was not started")
        self._job.cancel(grace_s=_STOP_S)  # it ends in order, with the samples that it still has
        return self._job.wait()

    def _hear(self, event: Event) -> None:
        if isinstance(event, Failed) and self._sampling.is_set():
            self._on_fault(_fault(event))
        if not (isinstance(event, Partial) and event.kind == GROWN and event.data["came"] > 0):
            return
        self._sampling.set()
        if event.data["samples"] > 0:
            self._started_s = event.data["started_s"]
            self._on_grown(Grown(self._folder, event.data["samples"], event.data["lost"]))


def _fault(end: Any) -> ThimbleError:
    if isinstance(end, Failed) and end.expected:
        return ThimbleError(end.code, end.what, end.hint)
    details = end.what if isinstance(end, Failed) else "it was stopped"
    return ThimbleError(
        "meter-failed", f"the process of the meter ended: {details}", "plug the meter in again, and repeat"
    )


def _silent(meter: str) -> ThimbleError:
    return ThimbleError(
        "meter-failed",
        f"the meter {meter} gives no samples",
        "check that it is switched on and connected; unplug it and plug it in again",
    )
