"""Ports, drives and boards that exist only here, and surroundings in which time costs nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from codegen.targets.board import Board, find_board
from core.boards.flashing.base import Surroundings
from core.boards.usb_ports import INFO_FILE, Attachment, UsbBoard

PICO = find_board("pico")
INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: RPI-RP2\n"


@dataclass(frozen=True)
class Port:
    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None
    product: str | None = None
    location: str | None = None


def boot_drive(folder: Path, info: str = INFO) -> Path:
    folder.mkdir()
    (folder / INFO_FILE).write_text(info)
    return folder


def on_port(where: str, serial_number: str = "", board: Board = PICO) -> UsbBoard:
    return UsbBoard(board, Attachment.SERIAL, where, serial_number, "Thimble on Raspberry Pi Pico")


def as_drive(where: Path) -> UsbBoard:
    return UsbBoard(PICO, Attachment.BOOT_DRIVE, str(where), "", "RPI-RP2")


@dataclass
class World:
    """What is plugged in, changed by `events`: (seconds, what happens then)."""

    there: list[UsbBoard] = field(default_factory=list)
    now_s: float = 0.0
    events: list[tuple[float, Callable[[], None]]] = field(default_factory=list)
    told: list[tuple[float, str]] = field(default_factory=list)
    logged: list[str] = field(default_factory=list)

    def around(self) -> Surroundings:
        def tell(part: float, text: str) -> None:
            self.told.append((part, text))

        return Surroundings(
            tell, lambda: tuple(self.there), lambda: self.now_s, self.sleep, log=self.logged.append
        )

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        due = [event for event in self.events if event[0] <= self.now_s]
        self.events = [event for event in self.events if event[0] > self.now_s]
        for _, happens in due:
            happens()
