"""A connection to a Pi, with a channel that plays the other side's part."""

from __future__ import annotations

import io
import threading
from typing import Any, cast

import pytest

from core.pi import connection
from core.pi.address import PiAddress
from core.pi.connection import PiConnection


class _Channel:
    """A command that has printed `said` and ended in order."""

    def __init__(self, said: bytes) -> None:
        self._said = said
        self.status_event = threading.Event()
        self.status_event.set()

    def settimeout(self, timeout_s: float) -> None:
        pass

    def makefile(self, mode: str) -> io.BytesIO:
        return io.BytesIO(self._said)

    def recv_exit_status(self) -> int:
        return 0

    def close(self) -> None:
        pass


def test_of_long_work_the_end_of_what_it_printed_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    printed = [f"line {number}" for number in range(connection._KEPT_LINES + 5)]
    pi = PiConnection(PiAddress("berry", "ann"), cast(Any, None))
    monkeypatch.setattr(pi, "start", lambda command: _Channel("\n".join(printed).encode()))
    told: list[str] = []
    answer = pi.stream("sensor", told.append, 1.0)
    assert told == printed
    assert answer.stdout.splitlines() == printed[5:]
    assert answer.last_words == printed[-1]
