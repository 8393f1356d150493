"""Follows what is plugged in, without the event loop waiting for the system's answer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.boards.usb_ports import UsbBoard
from gui.background import Background

_EVERY_MS = 1000


class UsbWatch(QObject):
    """Looks every second between `start` and `stop`; `changed` tells what is there now."""

    changed = Signal(object)  # tuple[UsbBoard, ...]
    failed = Signal(object)

    def __init__(self, find: Callable[[], tuple[UsbBoard, ...]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._found: tuple[UsbBoard, ...] | None = None
        self._failure = ""
        self._background = Background(self)
        self._background.done.connect(self._take)
        self._background.failed.connect(self._fail)
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.look)

    @Slot()
    def start(self) -> None:
        self.look()
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        self._timer.stop()

    @Slot()
    def look(self) -> None:
        """Look now, if nobody is looking."""
        self._background.start(self._find)

    def close(self) -> None:
        self.stop()
        self._background.wait()

    @Slot(object)
    def _take(self, found: tuple[UsbBoard, ...]) -> None:
        self._failure = ""
        if found != self._found:
            self._found = found
            self.changed.emit(found)

    @Slot(object)
    def _fail(self, error: Exception) -> None:
        """Told once, not every second."""
        if str(error) != self._failure:
            self._failure = str(error)
            self.failed.emit(error)
