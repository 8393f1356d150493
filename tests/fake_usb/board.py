"""A board that is a program: what it does when it is touched, flashed, asked, and pulled out."""

from __future__ import annotations

import random
import shutil
import struct
import threading
from enum import Enum, auto
from pathlib import Path
from typing import Any

from codegen.targets.board import Board
from core.boards.usb_ports import INFO_FILE
from tests.fake_usb.faults import Fault, Mishap, Step
from tests.fake_usb.nano_bootloader import NanoBootloader
from tests.fake_usb.port import FakePort
from tests.fake_usb.programs import MicroPython, Program, StartProgram

_UF2_BLOCK = 512
_INFO = "UF2 Bootloader v3.0\nModel: Raspberry Pi RP2\nBoard-ID: {id}\n"
_MICROPYTHON_IDS = 1  # the place in the board's usb_ids


class Mode(Enum):
    PULLED = auto()
    PROGRAM = auto()
    BOOTLOADER = auto()


class FakeBoard:
    """`image` is what is in its flash: None is a program of somebody else, `foreign`. `start` starts one.

    A Machine for the program on it. `blinks` counts how often its LED was asked for, `flashed` what was
    written to it.
    """

    def __init__(
        self,
        folder: Path,
        board: Board,
        serial_number: str,
        start: StartProgram,
        image: bytes | None = None,
        fault: Fault | None = None,
        foreign: StartProgram = MicroPython,
    ) -> None:
        self.board, self.serial_number, self.image, self.fault = board, serial_number, image, fault
        self.mode = Mode.PULLED
        self.location = ""
        self.blinks = 0
        self.flashed: list[bytes] = []
        self.port: FakePort | None = None
        self.drive: Path | None = None
        self._folder, self._start, self._foreign = folder, start, foreign
        self._damaged = False  # a write was cut off: only the bootloader starts
        self._program: Program | None = None
        self._bootloader = NanoBootloader()
        self._lock = threading.RLock()
        self._reached = 0
        self._silent = self._touched = False
        self._spoil: Mishap | None = None
        self._noise = random.Random(1)

    def plug(self, bootloader: bool = False) -> None:
        """With the cable; `bootloader`: with the button held, or tapped twice."""
        with self._lock:
            self._silent, self._spoil = False, None
            if bootloader or self._damaged:
                self._show_bootloader()
            else:
                self._show_program()

    def pull(self) -> None:
        """The cable, or the power. Nothing of the board is left on this computer."""
        with self._lock:
            self.mode = Mode.PULLED
            port, self.port = self.port, None
            program, self._program = self._program, None
            drive, self.drive = self.drive, None
        if program is not None:
            program.stop()
        if port is not None:
            port.close()
        if drive is not None:
            shutil.rmtree(drive, ignore_errors=True)

    def pump(self) -> None:
        """Notice what the computer did: opened at 1200 baud, copied to the drive."""
        program, port = self._program, self.port
        touched = program is not None and port is not None and port.touched
        if touched and not self._touched:
            program.touched()
        self._touched = touched
        self._look_at_drive()
        if self._bootloader.started:
            self._take_image(self._bootloader.image)

    def seen(self) -> None:
        """The computer has just looked what is plugged in, and saw this board."""
        if self.mode is Mode.PROGRAM:
            self.at(Step.ENUMERATE)
        elif self.mode is Mode.BOOTLOADER:
            self.at(Step.BOOTLOADER)

    def as_port(self) -> dict[str, Any] | None:
        """What the list of ports says of it."""
        if self.port is None:
            return None
        foreign = self.image is None and len(self.board.usb_ids) > _MICROPYTHON_IDS
        ids = self.board.usb_ids[_MICROPYTHON_IDS if foreign else 0]
        if self.mode is Mode.BOOTLOADER:
            ids = self.board.bootloader_usb_ids[0]
        product = self._program.product if self._program is not None else ""
        serial_number = self.serial_number
        return {
            "device": str(self.port.path),
            "vid": ids[0],
            "pid": ids[1],
            "serial_number": serial_number,
            "product": product,
            "location": self.location,
        }

    # A Machine for the program.

    def send(self, data: bytes) -> None:
        port = self.port
        if port is None or self._silent:
            return
        if self._spoil is Mishap.GARBAGE:
            data = self._noise.randbytes(len(data) - 1) + b"\0"
        elif self._spoil is Mishap.TRUNCATE:
            data = data[: len(data) // 2] + b"\0"
        port.send(data)

    def at(self, step: Step) -> bool:
        if self._silent:
            return False
        self._spoil = None
        fault = self.fault
        if fault is None or fault.step is not step:
            return True
        self._reached += 1
        if not fault.after < self._reached <= fault.after + fault.times:
            return True
        if fault.mishap is Mishap.PULL:
            self.pull()
            return False
        if fault.mishap is Mishap.SILENCE:
            self._silent = True
            return False
        self._spoil = fault.mishap
        return True

    def blink(self) -> None:
        self.blinks += 1

    def restart_to_bootloader(self) -> None:
        if self.mode is not Mode.PROGRAM:
            return
        self.pull()
        if self.at(Step.TOUCH):
            self._show_bootloader()

    # How it shows itself.

    def _show_program(self) -> None:
        self.mode = Mode.PROGRAM
        start = self._foreign if self.image is None else self._start
        self._program = start(self.image or b"", self.board, self)
        self.port = FakePort(self._free_port(), self._program.take)

    def _show_bootloader(self) -> None:
        self.mode = Mode.BOOTLOADER
        if self.board.boot_drive:
            drive = self._folder / f"{self.board.boot_drive}-{self.serial_number}"
            drive.mkdir()
            (drive / INFO_FILE).write_text(_INFO.format(id=self.board.boot_drive))
            if self.fault is not None and self.fault.mishap is Mishap.FULL:
                (drive / "THIMBLE.UF2").symlink_to("/dev/full")
            self.drive = drive
        else:
            self._bootloader = NanoBootloader()
            self.port = FakePort(self._free_port(), self._take_command)

    def _free_port(self) -> Path:
        names = (self._folder / f"ttyACM{number}" for number in range(100))
        return next(path for path in names if not path.is_symlink())

    # Being flashed.

    def _look_at_drive(self) -> None:
        drive = self.drive
        files = [] if drive is None else [p for p in drive.glob("*.UF2") if not p.is_symlink()]
        content = files[0].read_bytes() if files else b""
        if len(content) < _UF2_BLOCK:
            return
        blocks: int = struct.unpack_from("<I", content, 24)[0]
        self._damaged = True
        if len(content) < blocks * _UF2_BLOCK:
            self.at(Step.COPY)
        else:
            self._take_image(content)

    def _take_command(self, data: bytes) -> None:
        pages = len(self._bootloader.flash)
        answer = self._bootloader.take(data)
        if len(self._bootloader.flash) > pages and not self.at(Step.COPY):
            self._damaged = True
            return
        self._damaged = self._damaged or self._bootloader.erased
        self.send(answer)

    def _take_image(self, image: bytes) -> None:
        self._bootloader = NanoBootloader()
        self.pull()
        self.image, self._damaged = image, False
        self.flashed.append(image)
        if self.at(Step.RESTART):
            self._show_program()
