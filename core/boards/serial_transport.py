"""A board's serial port, opened for this program alone."""

from __future__ import annotations

import errno
import sys
from types import TracebackType
from typing import Any

from core.boards.port_owner import owner_of
from core.errors import ThimbleError

_WRITE_S = 5.0
_PIECE_BYTES = 4096
_BAUD = 115_200  # means nothing on USB, but 1200 would ask for the bootloader
_TOUCH_BAUD = 1200
#: Windows lets one program open a port, refuses the next for lack of permission, and knows no other cause.
_OPENS_ONCE = sys.platform == "win32"
UDEV_RULE = "installers/60-thimble.rules"


class SerialTransport:
    """Bytes to and from a serial port: a context manager.

    Entering raises ThimbleError: ``port-busy`` (another program has it), ``port-permission``, ``board-gone``
    (there is no such port). Reading and writing raise ``board-gone`` when the cable is pulled, writing also
    ``board-silent`` when the board takes nothing.
    """

    def __init__(self, port: str) -> None:
        self.port = port
        self._serial: Any = None

    def __enter__(self) -> SerialTransport:
        self._serial = open_port(self.port, _BAUD)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._serial is not None:
            close_port(self._serial)
            self._serial = None

    def read(self, timeout_s: float) -> bytes:
        """What has arrived; waits up to `timeout_s` for the first byte."""
        import serial

        try:
            self._serial.timeout = max(timeout_s, 0.001)
            first: bytes = self._serial.read(1)
            if not first:
                return b""
            rest: bytes = self._serial.read(min(self._serial.in_waiting, _PIECE_BYTES))
        except (serial.SerialException, OSError, TypeError) as error:  # TypeError: closed while reading
            raise _gone(self.port) from error
        return first + rest

    def write(self, data: bytes) -> None:
        """Sends everything."""
        import serial

        try:
            self._serial.write(data)
        except serial.SerialTimeoutException as error:
            raise ThimbleError(
                "board-silent",
                f"the board at {self.port} takes no data",
                "unplug it, plug it in again, and repeat",
            ) from error
        except (serial.SerialException, OSError, TypeError) as error:
            raise _gone(self.port) from error


def touch(port: str) -> None:
    """Open the port at 1200 baud and close it: many boards restart into their bootloader then.

    Raises ThimbleError as entering a SerialTransport does. A port that vanishes meanwhile has understood.
    """
    opened = open_port(port, _TOUCH_BAUD)
    try:
        opened.dtr = False
    except OSError:  # it is on its way already
        return
    finally:
        close_port(opened)


def open_port(port: str, baud: int) -> Any:
    """An open serial.Serial that no other program can open. Raises ThimbleError as SerialTransport does."""
    import serial

    try:
        return serial.Serial(port, baud, timeout=1, write_timeout=_WRITE_S, exclusive=_exclusive())
    except (serial.SerialException, OSError, ValueError) as error:
        raise _cannot_open(port, error) from error


def _exclusive() -> bool | None:
    """Windows knows no other way, and pyserial refuses to be asked."""
    return None if _OPENS_ONCE else True


def close_port(opened: Any) -> None:
    """Closing a port whose cable was pulled fails on some systems; it is closed all the same."""
    try:
        opened.close()
    except OSError:
        return


def _gone(port: str) -> ThimbleError:
    return ThimbleError(
        "board-gone",
        f"the board at {port} was unplugged, or restarted",
        "plug it in and repeat; if it was not touched, try another cable",
    )


def _cannot_open(port: str, error: Exception) -> ThimbleError:
    number = getattr(error, "errno", None)
    words = str(error).lower()
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO) or "filenotfound" in words:
        return _gone(port)
    denied = number in (errno.EACCES, errno.EPERM) or "permission" in words
    owner = owner_of(port)
    if owner or number in (errno.EBUSY, errno.EAGAIN) or "lock" in words or (denied and _OPENS_ONCE):
        return ThimbleError(
            "port-busy",
            f"{port} is in use by {owner or 'another program'}",
            "close it there (a serial monitor, for example), then repeat",
        )
    if denied:
        return ThimbleError(
            "port-permission",
            f"you may not open {port}",
            f"install Thimble's rule: sudo cp {UDEV_RULE} /etc/udev/rules.d/ && sudo udevadm control --reload"
            " && sudo udevadm trigger; then plug the board in again"
            if sys.platform.startswith("linux")
            else "close other programs that may have it open, then plug the board in again",
        )
    return ThimbleError("port-failed", f"cannot open {port}: {error}", "plug the board in again, and repeat")
