"""Computes previews off the event loop; only the newest request counts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal, Slot

from core.errors import EXPECTED_ERRORS, ThimbleError
from core.recipe import Cluster, Prune, Quantize
from gui.services import PreviewFunction


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    model: Path
    prune: Prune | None
    quantize: Quantize
    board: str
    cluster: Cluster | None = None


class PreviewRunner(QObject):
    """`request` returns at once. At most one computation runs; requests in between are skipped."""

    ready = Signal(object)
    failed = Signal(object)  # ThimbleError or CodegenError
    busy_changed = Signal(bool)
    _finished = Signal(object, object)

    def __init__(self, preview: PreviewFunction, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._preview = preview
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._running: PreviewRequest | None = None
        self._next: PreviewRequest | None = None
        self._shown: PreviewRequest | None = None
        self._finished.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        return self._running is not None

    def request(self, request: PreviewRequest) -> None:
        """Compute this next, unless it is what is shown already."""
        if self._running is not None:
            self._next = request
        elif request != self._shown:
            self._start(request)

    def forget(self) -> None:
        """Compute the next request even if it is the same (the file may have changed)."""
        self._shown = None

    def wait(self) -> None:
        """Wait for the thread to end (at closing)."""
        self._next = None
        self._pool.waitForDone()

    def _start(self, request: PreviewRequest) -> None:
        self._running = request
        self.busy_changed.emit(True)
        self._pool.start(_Computation(self._preview, request, self._finished.emit))

    @Slot(object, object)
    def _take(self, request: PreviewRequest, outcome: object) -> None:
        self._running = None
        if self._next is not None and self._next != request:
            following, self._next = self._next, None
            self._start(following)
            return
        self._next = None
        self._shown = request
        self.busy_changed.emit(False)
        if isinstance(outcome, EXPECTED_ERRORS):
            self.failed.emit(outcome)
        elif isinstance(outcome, Exception):
            raise outcome  # reaches the one dialog for what nobody expects
        else:
            self.ready.emit(outcome)


class _Computation(QRunnable):
    def __init__(self, preview: PreviewFunction, request: PreviewRequest, finished: object) -> None:
        super().__init__()
        self._preview, self._request, self._finished = preview, request, finished

    def run(self) -> None:
        request = self._request
        outcome: object
        try:
            outcome = self._preview(
                request.model, request.prune, request.quantize, request.board, request.cluster
            )
        except OSError as error:
            outcome = ThimbleError("cannot-read", f"{request.model.name} cannot be read: {error.strerror}")
        except Exception as error:  # noqa: BLE001 - carried over to Qt's thread and raised there
            outcome = error
        try:
            self._finished(request, outcome)  # type: ignore[operator]
        except RuntimeError:  # the window closed meanwhile
            return
