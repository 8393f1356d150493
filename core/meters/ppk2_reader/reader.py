"""The process around ppk2_api: commands in, samples out. See README.md."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import threading
import time
from typing import Any

import numpy as np
from currents import Currents  # type: ignore[import-not-found]
from ppk2_api.ppk2_api import PPK2_API

_POLL_S = 0.005
_SILENT_S = 5.0
_FAREWELL_S = 1.0
_TRIES = 3


class Stop(Exception):  # noqa: N818 - the end, with what is to be told of it
    def __init__(self, error: str, details: object) -> None:
        super().__init__(error)
        self.message = {"error": error, "details": str(details)}


class Parent:
    """What the parent asks for. When it is gone, so is this process."""

    def __init__(self) -> None:
        self.start = threading.Event()
        self.stop = threading.Event()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        pending = b""
        while chunk := os.read(0, 4096):  # not sys.stdin: its lock would hold up the end of the process
            *lines, pending = (pending + chunk).split(b"\n")
            for line in lines:
                {b"start": self.start, b"stop": self.stop}.get(line.strip(), threading.Event()).set()
        self.stop.set()  # the meter is told to stop as well, where that is possible
        time.sleep(_FAREWELL_S)
        os._exit(0)


class Output:
    """Standard output, moved away from where ppk2_api may print."""

    def __init__(self) -> None:
        self._stream = os.fdopen(os.dup(1), "wb")
        os.dup2(2, 1)

    def tell(self, message: dict[str, Any], content: bytes = b"") -> None:
        self._stream.write(json.dumps(message).encode() + b"\n" + content)
        self._stream.flush()


def _opened(port: str) -> Any:
    try:
        return PPK2_API(port, timeout=1, write_timeout=1, exclusive=None if sys.platform == "win32" else True)
    except (OSError, ValueError) as error:
        raise Stop("port", error) from error


def _set_up(meter: Any, mode: str, millivolts: int) -> None:
    """Reads the calibration and switches the meter's output on."""
    for _ in range(_TRIES):
        meter.stop_measuring()  # it may still be sending to a program that was killed
        time.sleep(0.05)
        meter.ser.reset_input_buffer()
        with contextlib.suppress(UnicodeDecodeError, TypeError):
            if meter.get_modifiers():
                break
    else:
        raise Stop("silent", "no calibration data came")
    if mode == "source":
        meter.use_source_meter()
    else:
        meter.use_ampere_meter()
    meter.set_source_voltage(millivolts)
    meter.toggle_DUT_power("ON")


def _stream(meter: Any, parent: Parent, output: Output) -> None:
    currents = Currents(meter)
    meter.ser.reset_input_buffer()
    meter.start_measuring()
    heard_s = time.monotonic()
    ending = False
    while not ending:
        ending = parent.stop.is_set()  # what has come until then is still read
        waiting = _read(meter)
        now_s = time.monotonic()
        if waiting:
            heard_s = now_s
            block = currents.take(waiting, now_s)
            if len(block.current_a):
                content = block.current_a.astype("<f4").tobytes() + block.inputs.astype(np.uint8).tobytes()
                output.tell({"samples": len(block.current_a), "lost": block.lost}, content)
        elif now_s - heard_s > _SILENT_S:
            raise Stop("silent", f"no sample came for {_SILENT_S:g} s")
        time.sleep(_POLL_S)
    meter.stop_measuring()
    output.tell({"stopped": True})


def _read(meter: Any) -> bytes:
    try:
        data: bytes = meter.get_data()
    except (OSError, TypeError) as error:  # TypeError: the port was closed by the system
        raise Stop("gone", error) from error
    return data


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    parser.add_argument("--mode", choices=["ampere", "source"], default="ampere")
    parser.add_argument("--millivolts", type=int, default=5000)
    return parser.parse_args()


def main() -> int:
    arguments, output, parent = _parsed(), Output(), Parent()
    try:
        meter = _opened(arguments.port)
        try:
            _set_up(meter, arguments.mode, arguments.millivolts)
        except OSError as error:
            raise Stop("gone", error) from error
        output.tell({"ready": True})
        while not parent.start.wait(0.2) and not parent.stop.is_set():
            pass
        if not parent.stop.is_set():
            _stream(meter, parent, output)
    except BrokenPipeError:  # nobody listens any more
        meter.stop_measuring()
    except Stop as end:
        output.tell(end.message)
        return 1
    return 0
