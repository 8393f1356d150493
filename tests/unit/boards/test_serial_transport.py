"""The serial port, tried on a pseudo-terminal: what it says when things are not as they should be."""

from __future__ import annotations

import os
import subprocess
import sys
import tty
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from core.boards import serial_transport
from core.boards.serial_transport import SerialTransport, open_port, touch
from core.errors import ThimbleError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals like these")


@dataclass
class Line:
    ours: int
    theirs: int
    port: str


@pytest.fixture
def line() -> Iterator[Line]:
    ours, theirs = os.openpty()
    tty.setraw(theirs)
    made = Line(ours, theirs, os.ttyname(theirs))
    yield made
    for end in (made.ours, made.theirs):
        if end >= 0:
            os.close(end)


def failure(port: str) -> ThimbleError:
    with pytest.raises(ThimbleError) as caught, SerialTransport(port):
        pass
    return caught.value


def test_bytes_go_both_ways(line: Line) -> None:
    with SerialTransport(line.port) as transport:
        transport.write(b"to the board")
        assert os.read(line.ours, 100) == b"to the board"
        os.write(line.ours, b"and back")
        assert transport.read(5.0) == b"and back"
        assert transport.read(0.01) == b""


def test_a_pulled_cable_is_told_while_reading(line: Line) -> None:
    with SerialTransport(line.port) as transport:
        os.close(line.theirs)
        os.close(line.ours)
        line.ours = line.theirs = -1
        with pytest.raises(ThimbleError) as caught:
            transport.read(5.0)
    assert caught.value.code == "board-gone"
    assert line.port in caught.value.what


def test_a_port_that_is_not_there() -> None:
    assert failure("/dev/ttyNOSUCH").code == "board-gone"


def test_a_port_that_another_program_has_is_told_with_its_name(line: Line) -> None:
    script = (
        f"import serial; s = serial.Serial({line.port!r}, exclusive=True); print('open', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == "open\n"
        error = failure(line.port)
        other.stdin.close()
    assert error.code == "port-busy"
    if sys.platform.startswith("linux"):
        assert str(other.pid) in error.what
    opened = open_port(line.port, 115200)  # it is free again
    opened.close()


def test_a_port_that_one_may_not_open(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    import serial

    def refused(*_: object, **__: object) -> None:
        raise serial.SerialException(13, "could not open port: [Errno 13] Permission denied")

    monkeypatch.setattr(serial, "Serial", refused)
    error = failure(line.port)
    assert error.code == "port-permission"
    if sys.platform.startswith("linux"):
        assert "60-thimble.rules" in error.hint


def test_a_port_that_another_program_has_on_windows(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    """As serialwin32 tells it: the number of the error is in its words alone."""
    import serial

    def refused(*_: object, **__: object) -> None:
        cause = PermissionError(13, "Access is denied.", None, 5)
        raise serial.SerialException(f"could not open port {line.port!r}: {cause!r}")

    monkeypatch.setattr(serial, "Serial", refused)
    monkeypatch.setattr(serial_transport, "_OPENS_ONCE", True)
    error = failure(line.port)
    assert error.code == "port-busy"
    assert "another program" in error.what


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="the rate of the other end is Linux's to tell"
)
def test_a_touch_opens_the_port_at_1200_baud(line: Line) -> None:
    import termios

    touch(line.port)
    assert termios.tcgetattr(line.theirs)[5] == termios.B1200
