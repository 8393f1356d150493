"""Boards on USB: which serial ports and drives belong to a board that Thimble knows."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Protocol

from codegen.targets.board import Board, all_boards
from core.boards.names import board_names
from core.boards.pretended_usb import PRETEND, pretended_usb
from core.boards.usb_location import location_of_drive, location_of_port
from core.errors import ThimbleError


class Attachment(Enum):
    """As what a board shows up."""

    SERIAL = "serial port"
    BOOT_SERIAL = "serial port of its bootloader"
    BOOT_DRIVE = "drive of its bootloader"


@dataclass(frozen=True, slots=True)
class UsbBoard:
    """A board that is plugged in. `where` is its port (``/dev/ttyACM0``, ``COM3``) or drive; `serial_number`
    is empty where it has none to tell; `product` is its name in the USB descriptor. `pretended`: it is no
    board, but a program that behaves like one. `name` is what its owner calls it. `location` is the USB port
    that it hangs at (`core.boards.usb_location`), empty where the system does not tell."""

    board: Board
    attachment: Attachment
    where: str
    serial_number: str
    product: str
    pretended: bool = False
    name: str = ""
    location: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.name} ({self.board.title})" if self.name else self.board.title

    @property
    def key(self) -> str:
        """What tells it from its like: the serial number, which stays when it is plugged in elsewhere."""
        return self.serial_number or self.where

    def is_at(self, port: str) -> bool:
        """Whether people mean this board by `port`: a port, a drive, a serial number or a name."""
        named = bool(self.name) and self.name.casefold() == port.casefold()
        return named or port in (self.where, self.serial_number)


#: How our programs begin their names in the USB descriptor.
_MAKER = "Thimble"


def runs_our_program(usb: UsbBoard) -> bool:
    """Whether USB tells that a program of Thimble's runs on it."""
    return usb.attachment is Attachment.SERIAL and usb.product.startswith(_MAKER)


class PortInfo(Protocol):
    """What pyserial tells of a port."""

    @property
    def device(self) -> str: ...
    @property
    def vid(self) -> int | None: ...
    @property
    def pid(self) -> int | None: ...
    @property
    def serial_number(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    @property
    def location(self) -> str | None: ...


#: What a drive of a UF2 bootloader holds (Microsoft, "USB Flashing Format", "Files exposed by bootloaders").
INFO_FILE = "INFO_UF2.TXT"
_BOARD_ID = "Board-ID:"


def list_ports() -> Sequence[PortInfo]:
    """The serial ports of this computer, or those that are pretended."""
    pretended = pretended_usb()
    if pretended is not None:
        return pretended.ports
    from serial.tools import list_ports as pyserial

    ports: Sequence[PortInfo] = pyserial.comports()
    return ports


def mounted_drives() -> Sequence[Path]:
    """Where file systems are mounted; on macOS and Linux the desktop mounts a new drive by itself."""
    pretended = pretended_usb()
    if pretended is not None:
        return tuple(pretended.drives)
    import psutil

    return [Path(partition.mountpoint) for partition in psutil.disk_partitions(all=False)]


def _location_of_drive(drive: Path) -> str:
    pretended = pretended_usb()
    return location_of_drive(drive) if pretended is None else pretended.drives.get(drive, "")


def find_usb_boards(
    ports: Callable[[], Iterable[PortInfo]] = list_ports,
    drives: Callable[[], Iterable[Path]] = mounted_drives,
    names: Callable[[], Mapping[str, str]] = board_names,
) -> tuple[UsbBoard, ...]:
    """Every board on USB, by port or drive; boards that look alike are told apart by their serial numbers."""
    real = [board for board in all_boards().values() if not board.virtual and board.usb_ids]
    found = [_on_port(board, port) for port in ports() for board in real]
    found += [_on_drive(board, drive) for drive in drives() for board in real]
    pretended = bool(os.environ.get(PRETEND))
    named = names() if any(found) else {}
    known = (
        replace(usb, pretended=pretended, name=named.get(usb.serial_number, ""))
        for usb in found
        if usb is not None
    )
    return tuple(sorted(known, key=lambda usb: usb.where))


def _on_port(board: Board, port: PortInfo) -> UsbBoard | None:
    ids = (port.vid or 0, port.pid or 0)
    if ids not in board.usb_ids and ids not in board.bootloader_usb_ids:
        return None
    attachment = Attachment.BOOT_SERIAL if ids in board.bootloader_usb_ids else Attachment.SERIAL
    return UsbBoard(
        board,
        attachment,
        port.device,
        port.serial_number or "",
        port.product or "",
        location=location_of_port(port.location),
    )


def _on_drive(board: Board, drive: Path) -> UsbBoard | None:
    if not board.boot_drive or boot_drive_id(drive) != board.boot_drive:
        return None
    return UsbBoard(
        board,
        Attachment.BOOT_DRIVE,
        str(drive),
        "",
        board.boot_drive,
        location=_location_of_drive(drive),
    )


def boot_drive_id(drive: Path) -> str:
    """The Board-ID that a UF2 bootloader's drive names, empty where it is another drive."""
    try:
        lines = (drive / INFO_FILE).read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return ""
    named = [line.removeprefix(_BOARD_ID).strip() for line in lines if line.startswith(_BOARD_ID)]
    return named[0] if named else ""


def choose_usb_board(board: Board, port: str | None, found: Sequence[UsbBoard]) -> UsbBoard:
    """The one board of this kind, or that at `port` (a port, a drive, a serial number or a name).

    Raises ThimbleError ``board-not-there``, ``which-board`` for several, or ``wrong-board``.
    """
    if port is not None:
        return _at_port(board, port, found)
    ours = [usb for usb in found if usb.board.id == board.id]
    if not ours:
        others = sorted({usb.board.title for usb in found})
        instead = f" (but {', '.join(others)})" if others else ""
        raise ThimbleError(
            "board-not-there",
            f"no {board.title} is plugged in{instead}",
            board.plug_in_help or "plug it in with a USB cable that carries data",
        )
    if len(ours) > 1:
        places = ", ".join(usb.where for usb in ours)
        raise ThimbleError(
            "which-board",
            f"{len(ours)} boards of the kind {board.title} are plugged in: {places}",
            f"name one with --port, for example --port {ours[0].where}",
        )
    return ours[0]


def choose_usb_boards(board: Board, ports: Sequence[str], found: Sequence[UsbBoard]) -> list[UsbBoard]:
    """Those at `ports`, or every board of the kind where `ports` is empty.

    Raises ThimbleError ``board-not-there``, ``wrong-board``, or ``same-board`` for two ports of one board.
    """
    if not ports:
        ours = [usb for usb in found if usb.board.id == board.id]
        return ours or [choose_usb_board(board, None, found)]
    chosen = [_at_port(board, port, found) for port in ports]
    for place, usb in enumerate(chosen):
        if usb in chosen[:place]:
            raise ThimbleError(
                "same-board", f"{usb.title} at {usb.where} is named twice", "name each board once"
            )
    return chosen


def _at_port(board: Board, port: str, found: Sequence[UsbBoard]) -> UsbBoard:
    for usb in found:
        if usb.is_at(port):
            if usb.board.id == board.id:
                return usb
            raise ThimbleError(
                "wrong-board",
                f"at {port} is a {usb.board.title}, not a {board.title}",
                f"use --board {usb.board.id}, or another port",
            )
    ours = [usb for usb in found if usb.board.id == board.id]
    raise ThimbleError(
        "board-not-there",
        f"there is no {board.title} at {port}",
        f"boards of this kind that are plugged in: {listed(ours)}; `thimble devices` lists all",
    )


def listed(found: Sequence[UsbBoard]) -> str:
    """Boards in words: what each is called, where, and its serial number; ``none`` without any."""
    return ", ".join(_described(usb) for usb in found) or "none"


def _described(usb: UsbBoard) -> str:
    number = f" (serial number {usb.serial_number})" if usb.serial_number else ""
    return f"{usb.title} at {usb.where}{number}"
