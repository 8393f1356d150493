"""A pseudo-terminal in the place of a serial port."""

from __future__ import annotations

import os
import select
import termios
import threading
import tty
from collections.abc import Callable
from pathlib import Path

_PIECE_BYTES = 4096


class FakePort:
    """`path` leads to the terminal while the port is there; `take` gets, what comes, in a thread."""

    def __init__(self, path: Path, take: Callable[[bytes], None]) -> None:
        self.path = path
        self._take = take
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self._wake, self._waker = os.pipe()
        self._closing = threading.Lock()
        self._open = True
        path.unlink(missing_ok=True)
        path.symlink_to(os.ttyname(self._theirs))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    @property
    def touched(self) -> bool:
        """Whether somebody opened it at 1200 baud."""
        return self._open and termios.tcgetattr(self._theirs)[5] == termios.B1200

    def send(self, data: bytes) -> None:
        with self._closing:
            while self._open and data:
                data = data[os.write(self._ours, data) :]

    def close(self) -> None:
        """The cable is pulled, or the board restarts."""
        with self._closing:
            if not self._open:
                return
            self._open = False
            self.path.unlink(missing_ok=True)
            os.write(self._waker, b"!")
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _listen(self) -> None:
        try:
            while self._open:
                ready, _, _ = select.select([self._ours, self._wake], [], [])
                if self._open and self._ours in ready:
                    self._take(os.read(self._ours, _PIECE_BYTES))
        finally:
            with self._closing:
                self._open = False
                for descriptor in (self._theirs, self._ours, self._wake, self._waker):
                    os.close(descriptor)
