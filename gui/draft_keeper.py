"""Keeps the wizard's draft on the disk while it is edited, so that a crash loses nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal, Slot

from core.errors import ThimbleError
from core.flow.compress_flow import CompressFlow
from core.flow.draft import Draft
from core.flow.draft_file import forget_draft, load_draft, save_draft
from core.jobs.events import Failed
from gui.words import error_as_failed

#: After the last change; a slider that is dragged writes once.
_AFTER_MS = 800


class DraftKeeper(QObject):
    """`offered` is the draft that another day left. Of several windows, the first one keeps its draft."""

    failed = Signal(Failed)

    def __init__(self, flow: CompressFlow, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._flow, self._path = flow, path
        self._lock = QLockFile(str(path.with_suffix(".lock")))
        self._lock.setStaleLockTime(0)  # only a process that is gone leaves it to others
        self._is_ours = self._lock.tryLock(0)
        self._settled: Draft | None = None
        self._started = False
        self._told = False
        self._timer = QTimer(self, singleShot=True, interval=_AFTER_MS)
        self._timer.timeout.connect(self.save)
        self.offered = self._load() if self._is_ours else None
        flow.subscribe(self._changed)

    def begin(self) -> None:
        """What is chosen is being run: it is kept even if nothing was changed, to go on after a crash."""
        self._started = True
        self.save()

    def settle(self) -> None:
        """What is chosen now has been run: there is nothing left to keep."""
        self._settled = replace(self._flow.draft, out=None)
        self._started = False
        self.discard()

    @Slot()
    def discard(self) -> None:
        """Forget the draft of another day, or of now."""
        self.offered = None
        self._timer.stop()
        self._do(lambda: forget_draft(self._path))

    @Slot()
    def save(self) -> None:
        """Write the draft now, if it waits to be written."""
        self._timer.stop()
        if self._worth_keeping():
            self._do(lambda: save_draft(self._flow.draft, self._path))

    def close(self) -> None:
        """The window goes: write what waits, and let another window keep its draft."""
        if self._timer.isActive():
            self.save()
        self._lock.unlock()

    def _changed(self) -> None:
        if self._worth_keeping():
            self._timer.start()
        else:
            self._timer.stop()

    def _worth_keeping(self) -> bool:
        draft = self._flow.draft
        touched = self._flow.can_undo or self._started
        return draft.model is not None and touched and replace(draft, out=None) != self._settled

    def _load(self) -> Draft | None:
        try:
            return load_draft(self._path)
        except ThimbleError as error:
            failed = error_as_failed(error)
            QTimer.singleShot(0, lambda: self.failed.emit(failed))  # when somebody listens
            return None

    def _do(self, action: Callable[[], None]) -> None:
        if not self._is_ours:
            return
        try:
            action()
        except ThimbleError as error:
            if not self._told:  # once: every change would say it again
                self._told = True
                self.failed.emit(error_as_failed(error))
        else:
            self._told = False
