"""Nordic's Power Profiler Kit II: 100,000 samples a second, eight digital inputs, up to 1 A and 5 V.

It measures the current alone: the power is that times the voltage of the options. The program that reads it
is `ppk2_reader`, a process of its own with a license of its own.
"""

from __future__ import annotations

import contextlib
import json
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any

import numpy as np

from core.boards.serial_transport import close_port, open_port
from core.boards.usb_ports import PortInfo, list_ports
from core.child_process import end_child
from core.errors import ThimbleError
from core.meters.base import NO_SAMPLES, FoundMeter, MeterInfo, MeterKind, Samples, lost_samples, samples_of
from core.recipe import key

READER = Path(__file__).parent / "ppk2_reader"
_USB_ID = (0x1915, 0xC00A)  # Nordic Semiconductor, PPK2
_PERIOD_S = 1e-5
_BAUD = 9600  # means nothing on USB
_ANSWER_S = 20.0
_READ_S = 0.1
_END_S = 3.0


class Supply(Enum):
    """Where the board gets its power from."""

    AMPERE = "ampere"  # from elsewhere, through the meter
    SOURCE = "source"  # from the meter


@dataclass(frozen=True, slots=True)
class Ppk2Options:
    port: str = key("", "its serial port; may be left out where there is one")
    voltage: float = key(
        5.0, "supply voltage of the board in volts; this meter does not measure it", 0.8, 5.0
    )
    mode: Supply = key(Supply.AMPERE, "ampere: the board has its own supply; source: the meter supplies it")
    marker: int = key(0, "the digital input that the board's marker is wired to", 0, 7)


class Ppk2Meter:
    """A PowerMeter. `command` starts the reader."""

    def __init__(self, options: Ppk2Options, command: Sequence[str] = (sys.executable, str(READER))) -> None:
        self._options = options
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._messages: queue.Queue[Samples | dict[str, Any]] = queue.Queue()
        self._listeners: list[threading.Thread] = []
        self._port = options.port

    def open(self) -> MeterInfo:
        self._port = self._port or _only_port()
        _check_free(self._port)
        self._process = subprocess.Popen(
            [*self._command, *self._arguments()], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        listener = threading.Thread(target=self._listen, args=(self._process.stdout,), daemon=True)
        listener.start()
        self._listeners = [listener]
        self._wait_for("ready")
        voltage = self._options.voltage
        given = "set to" if self._options.mode is Supply.SOURCE else "taken to be"
        return MeterInfo(
            f"PPK2 at {self._port}",
            _PERIOD_S,
            marker_input=self._options.marker,
            note=f"the voltage is {given} {voltage:g} V, not measured",
        )

    def _arguments(self) -> list[str]:
        millivolts = str(round(1000 * self._options.voltage))
        return ["--port", self._port, "--mode", self._options.mode.value, "--millivolts", millivolts]

    def start(self) -> None:
        self._tell("start")

    def read(self) -> Samples:
        """A message, and those that wait behind it."""
        pieces = []
        timeout_s = _READ_S
        while True:
            try:
                message = self._messages.get(timeout=timeout_s)
            except queue.Empty:
                break
            pieces.append(self._as_samples(message))
            timeout_s = 0.0001
        return np.concatenate(pieces) if pieces else NO_SAMPLES

    def finish(self) -> Samples:
        self._tell("stop")
        pieces: list[Samples] = [NO_SAMPLES]
        while not isinstance(message := self._next(_END_S), dict) or "stopped" not in message:
            pieces.append(self._as_samples(message))
        return np.concatenate(pieces)

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            end_child(process, _END_S, self._listeners)

    def _tell(self, word: str) -> None:
        if self._process is None or self._process.stdin is None:
            raise RuntimeError("the meter is not open")
        with contextlib.suppress(OSError):  # it has ended, and has told why
            self._process.stdin.write(word.encode() + b"\n")
            self._process.stdin.flush()

    def _wait_for(self, word: str) -> None:
        message = self._next(_ANSWER_S)
        if not isinstance(message, dict) or word not in message:
            raise self._as_error(message if isinstance(message, dict) else {})

    def _next(self, timeout_s: float) -> Samples | dict[str, Any]:
        try:
            return self._messages.get(timeout=timeout_s)
        except queue.Empty:
            return {"error": "silent", "details": f"the reader said nothing for {timeout_s:g} s"}

    def _as_samples(self, message: Samples | dict[str, Any]) -> Samples:
        if isinstance(message, dict):
            raise self._as_error(message)
        return message

    def _as_error(self, message: dict[str, Any]) -> ThimbleError:
        what, hint = _FAULTS.get(message.get("error", ""), _ENDED)
        return ThimbleError("meter-failed", what.format(port=self._port, **{"details": "", **message}), hint)

    def _listen(self, stream: IO[bytes]) -> None:
        """Takes everything the reader says: a full pipe would stop it."""
        try:
            while line := stream.readline():
                self._messages.put(self._parsed(json.loads(line), stream))
        except (ValueError, KeyError) as error:  # cut off in the middle
            self._messages.put({"error": "ended", "details": str(error)})
        self._messages.put({"error": "ended", "details": ""})

    def _parsed(self, message: dict[str, Any], stream: IO[bytes]) -> Samples | dict[str, Any]:
        if "samples" not in message:
            return message
        count = message["samples"]
        current_a = np.frombuffer(stream.read(4 * count), "<f4")
        inputs = np.frombuffer(stream.read(count), np.uint8)
        voltage_v = np.float32(self._options.voltage)
        samples = samples_of(current_a * voltage_v, current_a, voltage_v, inputs)
        return np.concatenate([lost_samples(message["lost"]), samples])


_ENDED = (
    "the program that reads the PPK2 at {port} ended: {details}",
    "check that the package 'ppk2-api' is installed, and try again",
)
_FAULTS = {
    "port": ("the PPK2 at {port} cannot be opened: {details}", "unplug it, plug it in again, and repeat"),
    "silent": (
        "the device at {port} does not answer as a PPK2 ({details})",
        "choose its port (thimble devices lists meters), or unplug it and plug it in again",
    ),
    "gone": ("the PPK2 at {port} was unplugged", "plug it in, check the cable, and repeat"),
}


def _check_free(port: str) -> None:
    """Raises ThimbleError ``meter-gone``, ``port-busy``, ``port-permission`` or ``port-failed``."""
    try:
        close_port(open_port(port, _BAUD))
    except ThimbleError as error:
        if error.code == "board-gone":
            raise ThimbleError(
                "meter-gone", f"there is no meter at {port}", "plug it in; thimble devices lists meters"
            ) from error
        raise
    time.sleep(0.05)  # closed again on the side of the meter too


def find_ppk2(ports: Callable[[], Iterable[PortInfo]] = list_ports) -> Sequence[FoundMeter]:
    """By its USB identity. Newer ones show two ports, of which the first carries the samples."""
    first: dict[str, PortInfo] = {}
    for port in sorted(ports(), key=lambda port: _in_order(port.device)):
        if (port.vid, port.pid) == _USB_ID:
            first.setdefault(port.serial_number or port.device, port)
    note = "100,000 samples a second, 8 digital inputs, up to 1 A"
    return tuple(
        FoundMeter("ppk2", "Power Profiler Kit II", p.device, p.device, note) for p in first.values()
    )


def _in_order(port: str) -> list[str | int]:
    """COM9 before COM10."""
    parts = re.split(r"(\d+)", port)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)]


def _only_port() -> str:
    found = find_ppk2()
    if len(found) == 1:
        return found[0].where
    if not found:
        raise ThimbleError("meter-gone", "no PPK2 is plugged in", "plug it in, or name its port: ppk2:PORT")
    ports = ", ".join(meter.where for meter in found)
    raise ThimbleError("several-meters", f"several PPK2 are plugged in: {ports}", "name one: ppk2:PORT")


PPK2 = MeterKind(
    id="ppk2",
    title="Power Profiler Kit II",
    about="Nordic PPK2; the voltage is given, not measured",
    options=Ppk2Options,
    target="port",
    connect=Ppk2Meter,
    find=find_ppk2,
    feeds=True,
)
