"""The Arduino Nano 33 BLE's bootloader, which has a serial port of its own (SAM-BA with Arduino's additions).

Source: the protocol as `bossac` of the Arduino IDE speaks it to this board. Untried on a board.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.boards.flashing.base import Surroundings
from core.boards.flashing.newcomers import Newcomers
from core.boards.serial_transport import SerialTransport, touch
from core.boards.usb_ports import Attachment, UsbBoard
from core.errors import ThimbleError

_BOOTLOADER_S = 15.0
_BACK_S = 20.0
_ANSWER_S = 3.0
_ERASE_S = 30.0
_PAGE_BYTES = 4096
#: Where a page is put before it is written, in the board's RAM as its bootloader counts.
_BUFFER = 0x34
_CHIP = "nRF52840"


@dataclass(frozen=True, slots=True)
class ArduinoBootloader:
    id: str = "arduino-bootloader"

    def flash(self, image: Path, usb: UsbBoard, around: Surroundings) -> UsbBoard:
        """Into the bootloader, erase, write page by page, start. Raises ThimbleError ``no-bootloader``,
        ``wrong-board``, ``flash-failed``, ``board-not-back`` or ``which-board-came``, and as its port does.

        `image` begins at the first address that the bootloader leaves to programs.
        """
        newcomers = Newcomers(usb, around)
        boot = usb if usb.attachment is Attachment.BOOT_SERIAL else _restart(newcomers, around)
        with SerialTransport(boot.where) as transport:
            _write(_Session(transport, usb.board.title), image.read_bytes(), around)
        around.progress(0.95, f"Waiting for {usb.board.title} to start")
        return around.wait_for(
            newcomers.back,
            _BACK_S,
            ThimbleError(
                "board-not-back",
                f"{usb.board.title} did not come back within {_BACK_S:.0f} s after it was flashed",
                "unplug it and plug it in again, then repeat",
            ),
        )


def _restart(newcomers: Newcomers, around: Surroundings) -> UsbBoard:
    """The port of the bootloader, which often has another name."""
    usb = newcomers.usb
    around.progress(0.0, f"Restarting {usb.board.title} into its bootloader")
    touch(usb.where)
    return around.wait_for(
        lambda found: newcomers.in_bootloader(found, Attachment.BOOT_SERIAL),
        _BOOTLOADER_S,
        ThimbleError(
            "no-bootloader",
            f"{usb.board.title} did not restart into its bootloader within {_BOOTLOADER_S:.0f} s",
            usb.board.plug_in_help,
        ),
    )


class _Session:
    """Commands to the bootloader and their answers."""

    def __init__(self, transport: SerialTransport, title: str) -> None:
        self._transport = transport
        self._title = title

    def command(self, text: str, end: bytes = b"\n\r", timeout_s: float = _ANSWER_S) -> bytes:
        """Send `text` and read up to `end`. Raises ThimbleError ``flash-failed``."""
        self._transport.write(text.encode("ascii"))
        answer = b""
        while not answer.endswith(end):
            piece = self._transport.read(timeout_s)
            if not piece:
                raise self.failed(f"no answer to {text!r}")
            answer += piece
        return answer

    def send(self, data: bytes) -> None:
        self._transport.write(data)

    def failed(self, why: str) -> ThimbleError:
        return ThimbleError(
            "flash-failed",
            f"the bootloader of {self._title} did not do as asked: {why}",
            "press the board's reset button twice, quickly, until its LED pulses, then repeat",
        )


def _write(session: _Session, image: bytes, around: Surroundings) -> None:
    session.command("N#")  # binary from here on
    version = session.command("V#").decode("ascii", "replace")
    if "[Arduino:" not in version or not {"X", "Y", "I"} <= set(version.split("[Arduino:")[1]):
        raise session.failed(f"it says {version.strip()!r}")
    chip = session.command("I#").decode("ascii", "replace").strip("\n\r\0 ")
    if _CHIP not in chip:
        raise ThimbleError("wrong-board", f"the bootloader says that it is {chip}", "choose the right board")
    around.progress(0.05, "Erasing the flash")
    _expect(session, "X00000000#", b"X", _ERASE_S)
    pages = list(_pages(image))
    for number, (offset, page) in enumerate(pages, start=1):
        _put_page(session, offset, page)
        around.progress(0.1 + 0.8 * number / len(pages), f"Writing page {number} of {len(pages)}")
    session.send(b"K#")  # start the program; the port goes away


def _pages(image: bytes) -> Iterator[tuple[int, bytes]]:
    for offset in range(0, len(image), _PAGE_BYTES):
        yield offset, image[offset : offset + _PAGE_BYTES].ljust(_PAGE_BYTES, b"\0")


def _put_page(session: _Session, offset: int, page: bytes) -> None:
    """To the buffer in RAM, then from there into the flash."""
    session.send(f"S{_BUFFER:08X},{_PAGE_BYTES:08X}#".encode("ascii"))
    session.send(page)
    _expect(session, f"Y{_BUFFER:08X},0#", b"Y")
    _expect(session, f"Y{offset:08X},{_PAGE_BYTES:08X}#", b"Y")


def _expect(session: _Session, text: str, letter: bytes, timeout_s: float = _ANSWER_S) -> None:
    answer = session.command(text, timeout_s=timeout_s)
    if answer.strip(b"\n\r\0") != letter:
        raise session.failed(f"{text!r} was answered with {answer!r}")
