"""One function at a time in a thread; how it went comes back to Qt's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from core.errors import EXPECTED_ERRORS


class Background(QObject):
    """`start` returns at once, and does nothing while one runs. `done` has the result, `failed` an expected
    error; any other is raised in Qt's thread, where the dialog for such gets it. `idle` comes after each."""

    done = Signal(object)
    failed = Signal(object)  # ThimbleError or CodegenError
    idle = Signal()
    _ended = Signal(object, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self.busy = False
        self._ended.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def start(self, function: Callable[[], Any]) -> None:
        if not self.busy:
            self.busy = True
            self._pool.start(_Call(function, self._ended.emit))

    def wait(self) -> None:
        """Wait for the thread to end (at closing)."""
        self._pool.waitForDone()

    @Slot(object, bool)
    def _take(self, outcome: object, raised: bool) -> None:
        self.busy = False
        try:
            if not raised:
                self.done.emit(outcome)
            elif isinstance(outcome, EXPECTED_ERRORS):
                self.failed.emit(outcome)
            elif isinstance(outcome, Exception):
                raise outcome
        finally:
            self.idle.emit()


class _Call(QRunnable):
    def __init__(self, function: Callable[[], Any], ended: Callable[[object, bool], None]) -> None:
        super().__init__()
        self._function, self._tell = function, ended

    def run(self) -> None:
        outcome: object
        try:
            outcome, raised = self._function(), False
        except Exception as error:  # noqa: BLE001 - carried over to Qt's thread and told there
            outcome, raised = error, True
        try:
            self._tell(outcome, raised)
        except RuntimeError:  # the window closed meanwhile
            return
