"""Carries the events of a job from the host's thread to Qt's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal, Slot

from core.jobs.events import Cancelled, Done, Event, Failed, Log, Partial, Progress
from gui.services import Job, StartJob

#: Takes the data of a partial result in the host's thread: a queue, never a widget.
Sink = Callable[[dict[str, Any]], None]


class _Newest:
    """The newest progress. Fast jobs tell more than a window can show: those in between are skipped."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._value = Progress(0.0, "")
        self._waiting = False

    def put(self, value: Progress) -> bool:
        """Returns whether the window has to be told: nothing is waiting yet."""
        with self._lock:
            told, self._value, self._waiting = self._waiting, value, True
            return not told

    def take(self) -> Progress:
        with self._lock:
            self._waiting = False
            return self._value


class JobBridge(QObject):
    """One job at a time; its events as signals in the thread of this object.

    Streams of samples do not become signals: `start` takes a sink for each kind of them.
    """

    started = Signal()
    progressed = Signal(Progress)
    logged = Signal(str)
    partial = Signal(str, dict)
    ended = Signal(object)
    abandoned = Signal()
    _arrived = Signal(int, object)

    def __init__(self, start_job: StartJob, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._start_job = start_job
        self._job: Job | None = None
        self._number = 0
        self._newest = _Newest()
        self._arrived.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> bool:
        return self._job is not None

    def start(self, task: str, params: dict[str, Any], sinks: Mapping[str, Sink] | None = None) -> None:
        """Start a job; one that still runs is cancelled and not heard of any more."""
        self.abandon()
        self._number += 1
        number, sinks = self._number, dict(sinks or {})
        newest = self._newest = _Newest()

        def on_event(event: Event) -> None:  # in the host's thread
            if isinstance(event, Partial) and event.kind in sinks:
                sinks[event.kind](event.data)
            elif not isinstance(event, Progress) or newest.put(event):
                self._arrived.emit(number, event)

        self._job = self._start_job(task, params, on_event)
        self.started.emit()

    def cancel(self, grace_s: float = 5.0) -> None:
        """Ask the job to stop; `ended` tells when it has."""
        if self._job is not None:
            self._job.cancel(grace_s)

    def abandon(self) -> None:
        """Stop the job and forget it: none of its events arrives any more."""
        if self._job is not None:
            self._job.cancel(1.0)
            self._job = None
            self._number += 1
            self.abandoned.emit()

    @Slot(int, object)
    def _pass_on(self, number: int, event: Event) -> None:
        if number != self._number:
            return
        if isinstance(event, Progress):
            self.progressed.emit(self._newest.take())
        elif isinstance(event, Partial):
            self.partial.emit(event.kind, event.data)
        elif isinstance(event, Log):
            self.logged.emit(event.text)
        elif isinstance(event, Done | Failed | Cancelled):
            self._job = None
            self.ended.emit(event)
