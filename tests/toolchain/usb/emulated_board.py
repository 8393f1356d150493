"""A board's real image in an emulator of its chip, its USB serial port behind a pseudo-terminal."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
import tty
from pathlib import Path
from types import TracebackType
from typing import Any

HERE = Path(__file__).parent
PACKAGES = Path(sys.prefix) / "rp2040js"
NODE = shutil.which("node")
_WAIT_S = 120.0  # for something that takes milliseconds on a quiet machine


def rp2040js_is_installed() -> bool:
    return NODE is not None and (PACKAGES / "node_modules" / "rp2040js").is_dir()


#: What emulates the chip of each target; the image comes last.
COMMANDS = {
    "pico": [str(NODE), str(HERE / "rp2040.mjs"), str(PACKAGES)],
    "nano33ble": [sys.executable, str(HERE / "nrf52840.py")],
}


class EmulatedBoard:
    """`with EmulatedBoard("pico", image) as running:` boots it; `running.port` opens like a serial port."""

    def __init__(self, target: str, image: Path) -> None:
        self._command = [*COMMANDS[target], str(image)]
        self._told: queue.Queue[dict[str, Any]] = queue.Queue()
        self.cycles: list[int] = []
        self.port = ""

    def __enter__(self) -> EmulatedBoard:
        self._ours, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        self.port = os.ttyname(self._theirs)
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._threads = [threading.Thread(target=work) for work in (self._from_board, self._to_board)]
        for thread in self._threads:
            thread.start()
        try:
            self.wait_for("connected")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        os.close(self._theirs)  # the last one that had it open: reading the other side ends
        for thread in self._threads:
            thread.join()
        os.close(self._ours)
        with contextlib.suppress(BrokenPipeError):  # what was not yet sent to it
            self._process.stdin.close()
        self._process.stdout.close()

    def tell(self, **message: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()

    def wait_for(self, what: str) -> Any:
        """The next message of this kind, which the board has sent or will send."""
        while True:
            message = self._told.get(timeout=_WAIT_S)
            assert "fault" not in message, message
            if what in message:
                return message[what]

    def descriptor(self, value: int) -> bytes:
        self.tell(descriptor=value)
        return bytes.fromhex(self.wait_for("descriptor"))

    def _from_board(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            message = json.loads(line)
            if "data" in message:
                os.write(self._ours, bytes.fromhex(message["data"]))
            elif "cycles" in message:
                self.cycles.append(message["cycles"])
            else:
                self._told.put(message)

    def _to_board(self) -> None:
        while True:
            try:
                data = os.read(self._ours, 4096)
                self.tell(send=data.hex())
            except OSError:
                return
