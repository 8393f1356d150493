"""Sensors of a Raspberry Pi at the other end of a connection: a program there reads, and numbers its
readings."""

from __future__ import annotations

import contextlib
import json
import queue
import shlex
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from core.errors import ThimbleError
from core.meters.base import NO_SAMPLES, MeterInfo, Samples, lost_samples
from core.meters.polled import Reading

_READ_S = 0.1
#: So long it may be silent, or as many readings, whichever is longer.
_SILENT_S, _SILENT_READINGS = 10.0, 3

#: Runs on the Pi, in whatever Python 3 is there. Prints [place in time, [text, …]] a line; a place that has
#: passed when its turn comes is left out.
_PROGRAM = """
import json, subprocess, sys, time
ask = json.loads(sys.argv[1])
def read(what):
    if isinstance(what, list):
        return subprocess.run(what, stdout=subprocess.PIPE, universal_newlines=True).stdout
    with open(what) as file:
        return file.read()
start, place = time.monotonic(), 0
while True:
    late = time.monotonic() - start - place * ask["period_s"]
    if late < 0:
        time.sleep(-late)
    else:
        place += int(late / ask["period_s"])
    print(json.dumps([place, [read(what) for what in ask["texts"]]]), flush=True)
    place += 1
"""


class Ended(Protocol):
    """How a command on the Pi ended."""

    @property
    def status(self) -> int: ...

    @property
    def stdout(self) -> str: ...

    @property
    def last_words(self) -> str: ...


class Connection(Protocol):
    """A `core.pi.connection.PiConnection`, as far as it is needed here."""

    def run(self, command: str) -> Ended: ...

    def stream(self, command: str, on_line: Callable[[str], None], timeout_s: float) -> Ended: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Sensor:
    """What the Pi reads for one reading: `texts` are files, or commands as lists of words; `parse` makes the
    reading of what they hold, in this order. It raises ThimbleError."""

    name: str
    texts: tuple[str | tuple[str, ...], ...]
    parse: Callable[[list[str]], Reading]
    note: str = ""


class _Stop(Exception):  # noqa: N818 - the end that was asked for
    """Raised where the lines arrive."""


class SensorOnPi:
    """A PowerMeter. `connect` logs in; `find` looks for the sensor there. Both raise ThimbleError."""

    def __init__(
        self, connect: Callable[[], Connection], find: Callable[[Connection], Sensor], rate_hz: float
    ) -> None:
        self._connect = connect
        self._find = find
        self._period_s = 1.0 / rate_hz
        self._silent_s = max(_SILENT_S, _SILENT_READINGS * self._period_s)
        self._connection: Connection | None = None
        self._sensor: Sensor | None = None
        self._readings: queue.Queue[tuple[int, list[str]] | ThimbleError] = queue.Queue()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._taken = 0
        self._heard_s = 0.0

    def open(self) -> MeterInfo:
        self._connection = self._connect()
        self._sensor = sensor = self._find(self._connection)
        return MeterInfo(f"{sensor.name} of the Raspberry Pi", self._period_s, note=sensor.note)

    def start(self) -> None:
        if self._connection is None or self._sensor is None:
            raise RuntimeError("the sensor is not open")
        ask = json.dumps({"period_s": self._period_s, "texts": self._sensor.texts})
        command = " ".join(shlex.quote(word) for word in ("python3", "-u", "-c", _PROGRAM, ask))
        self._taken, self._heard_s = 0, time.monotonic()
        arguments = (self._connection, command)
        self._thread = threading.Thread(target=self._listen, args=arguments, daemon=True)
        self._thread.start()

    def read(self) -> Samples:
        """Raises ThimbleError ``meter-failed``, or what the connection raises."""
        try:
            message = self._readings.get(timeout=_READ_S)
        except queue.Empty:
            if time.monotonic() - self._heard_s > self._silent_s:
                raise self._failed(f"it gave no reading for {self._silent_s:g} s") from None
            return NO_SAMPLES
        if isinstance(message, ThimbleError):
            raise message
        self._heard_s = time.monotonic()
        place, texts = message
        missed = max(place - self._taken, 0)
        self._taken = place + 1
        return np.concatenate([lost_samples(missed), self._parsed(texts).as_sample()])

    def finish(self) -> Samples:
        self._stop.set()
        return NO_SAMPLES

    def close(self) -> None:
        self._stop.set()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if self._thread is not None:
            self._thread.join()

    def _parsed(self, texts: list[str]) -> Reading:
        if self._sensor is None:
            raise RuntimeError("the sensor is not open")
        return self._sensor.parse(texts)

    def _listen(self, connection: Connection, command: str) -> None:
        def take(line: str) -> None:
            if self._stop.is_set():
                raise _Stop
            with contextlib.suppress(
                ValueError
            ):  # what Python says of a failure: the last line is told below
                place, texts = json.loads(line)
                self._readings.put((int(place), [str(text) for text in texts]))

        try:
            ended = connection.stream(command, take, self._silent_s)
            self._readings.put(self._failed(ended.last_words))
        except _Stop:
            return
        except ThimbleError as error:
            self._readings.put(error)

    def _failed(self, why: str) -> ThimbleError:
        name = self._sensor.name if self._sensor else "sensor"
        return ThimbleError(
            "meter-failed",
            f"the {name} of the Raspberry Pi cannot be read: {why}",
            "check that it is wired and its driver loaded, and repeat",
        )


def connect_to(reach: dict[str, Any]) -> Connection:
    """Log in as the measurement does. `reach`: address, accept_host_key, password. Raises ThimbleError."""
    from core.pi.address import PiAddress
    from core.pi.connection import connect

    connection: Connection = connect(
        PiAddress.from_json(reach["address"]), reach.get("accept_host_key"), reach.get("password")
    )
    return connection
