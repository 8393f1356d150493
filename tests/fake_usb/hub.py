"""Fake boards side by side, and the file that says which of them are plugged in."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from types import TracebackType

from codegen.targets.board import Board
from core.boards.flashing.base import Surroundings
from core.boards.usb_ports import UsbBoard, find_usb_boards
from core.paths import write_atomically
from tests.fake_usb.board import FakeBoard
from tests.fake_usb.faults import Fault
from tests.fake_usb.programs import MicroPython, StartProgram, ToyProgram

_PUMP_EVERY_S = 0.02


class FakeUsb:
    """`with FakeUsb(folder) as usb:`; the environment variable THIMBLE_USB has to name `usb.file`.

    Nothing happens by itself: `pump` lets the boards notice what was done to them. `pumping` does that in a
    thread, for programs that run elsewhere. Each board hangs at a port of its own; without `tells_locations`
    nobody tells at which.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "usb.json"
        self.boards: list[FakeBoard] = []
        self.tells_locations = True
        self._told = ""
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        folder.mkdir(parents=True, exist_ok=True)
        self.pump()

    def __enter__(self) -> FakeUsb:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        for board in self.boards:
            board.pull()

    def add(
        self,
        board: Board,
        serial_number: str,
        start: StartProgram = ToyProgram,
        image: bytes | None = None,
        fault: Fault | None = None,
        foreign: StartProgram = MicroPython,
        bootloader: bool = False,
    ) -> FakeBoard:
        """One more board, plugged in. Without an `image` it runs a program of somebody else."""
        made = FakeBoard(self.folder, board, serial_number, start, image, fault, foreign)
        if self.tells_locations:
            made.location = f"1-{len(self.boards) + 1}"
        self.boards.append(made)
        made.plug(bootloader)
        self.pump()
        return made

    def pump(self) -> None:
        with self._lock:
            for board in self.boards:
                board.pump()
            ports = [port for board in self.boards if (port := board.as_port()) is not None]
            drives = {str(b.drive): b.location for b in self.boards if b.drive is not None}
            told = json.dumps({"ports": ports, "drives": drives})
            if told != self._told:
                self._told = told
                write_atomically(self.file, told)

    def find(self) -> tuple[UsbBoard, ...]:
        """What Thimble sees; what it saw may be pulled out a moment later."""
        self.pump()
        found = find_usb_boards()
        for board in self.boards:
            if {str(board.drive), str(board.port and board.port.path)} & {usb.where for usb in found}:
                board.seen()
        return found

    def pumping(self) -> FakeUsb:
        def work() -> None:
            while not self._stop.wait(_PUMP_EVERY_S):
                self.pump()

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        return self

    def around(self, told: list[str] | None = None) -> Surroundings:
        """Surroundings in which the boards notice everything at once, and waiting takes hardly any time."""
        passed_s = 0.0

        def tell(part: float, text: str) -> None:
            if told is not None:
                told.append(text)
            self.pump()

        def sleep(seconds: float) -> None:
            nonlocal passed_s
            passed_s += seconds
            time.sleep(0.001)

        return Surroundings(tell, self.find, lambda: passed_s, sleep)
