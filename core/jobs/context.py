"""What a task has in its hands while it runs in the worker: progress, log, partial results, cancel."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from core.errors import CancelledByUser
from core.jobs.events import Event, Log, Partial, Progress

#: Below these an estimate of the time left would jump about.
_ESTIMATE_FROM_FRACTION = 0.03
_ESTIMATE_FROM_S = 1.0
#: Between two words about work in many small pieces.
_SHOWN_EVERY_S = 0.1


class JobContext:
    """Handed to every task. Safe to use from any thread of the worker.

    `emit` takes the events; `cancelled` is set when the user asks to stop; `clock` gives seconds.
    """

    def __init__(
        self,
        emit: Callable[[Event], None],
        cancelled: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._emit = emit
        self._cancelled = cancelled or threading.Event()
        self._clock = clock
        self._started_s = clock()
        self._begun_at = 0.0
        self.last_text = ""

    def progress(
        self, fraction: float, text: str, remaining_s: float | None = None, cancellable: bool = True
    ) -> None:
        """Say how far the whole job is: `fraction` in 0…1 (clipped) and what is being done.

        Without `remaining_s` the time left is estimated from the time so far. `cancellable=False`
        announces a stretch that must not be cut off, such as writing a board's flash.
        """
        fraction = min(max(float(fraction), 0.0), 1.0)
        self.last_text = text
        if remaining_s is None:
            remaining_s = self._estimate_s(fraction)
        self._emit(Progress(fraction, text, remaining_s, cancellable))

    def _estimate_s(self, fraction: float) -> float | None:
        elapsed_s = self._clock() - self._started_s
        done = fraction - self._begun_at
        if done < _ESTIMATE_FROM_FRACTION or elapsed_s < _ESTIMATE_FROM_S:
            return None
        return elapsed_s * (1.0 - fraction) / done

    def resume_at(self, fraction: float) -> None:
        """This much of the job was done before: the time left is estimated from what is done from here on."""
        self._begun_at, self._started_s = fraction, self._clock()

    def watch(self, text: str) -> Callable[[int, int], None]:
        """A function of what is done and of the whole, for work in many small pieces.

        It says how far the work is, not more often than people can see, and raises CancelledByUser.
        """
        told_s = -_SHOWN_EVERY_S

        def watch(done: int, total: int) -> None:
            nonlocal told_s
            self.check_cancelled()
            now_s = self._clock()
            if done >= total or now_s - told_s >= _SHOWN_EVERY_S:
                told_s = now_s
                self.progress(done / max(total, 1), text)

        return watch

    def log(self, text: str) -> None:
        """A line for the log; nobody has to read it."""
        self._emit(Log(text))

    def partial(self, kind: str, data: dict[str, Any]) -> None:
        """A piece of the result while it grows. Bulk data goes as files whose paths stand in `data`."""
        self._emit(Partial(kind, data))

    @property
    def cancel_requested(self) -> bool:
        return self._cancelled.is_set()

    def check_cancelled(self) -> None:
        """Call at every safe point (the end of a batch). Raises CancelledByUser when asked to stop."""
        if self._cancelled.is_set():
            raise CancelledByUser(self.last_text)

    def section(self, low: float, high: float) -> JobContext:
        """A context for one part of the job, whose progress 0…1 is shown as `low`…`high`."""
        return _Section(self, low, high)

    def beside(self, emit: Callable[[Event], None]) -> JobContext:
        """A context whose events go elsewhere; it is cancelled with this one."""
        return JobContext(emit, self._cancelled, self._clock)


class _Section(JobContext):
    def __init__(self, whole: JobContext, low: float, high: float) -> None:
        super().__init__(whole._emit, whole._cancelled, whole._clock)
        self._whole, self._low, self._high = whole, low, high

    def resume_at(self, fraction: float) -> None:
        self._whole.resume_at(self._low + (self._high - self._low) * fraction)

    def progress(
        self, fraction: float, text: str, remaining_s: float | None = None, cancellable: bool = True
    ) -> None:
        fraction = min(max(float(fraction), 0.0), 1.0)
        self.last_text = text
        # never past the end by a rounding error, or the next part would step back
        whole_fraction = min(self._low + (self._high - self._low) * fraction, self._high)
        self._whole.progress(whole_fraction, text, remaining_s, cancellable)
