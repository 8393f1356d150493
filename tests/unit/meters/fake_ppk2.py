"""A Power Profiler Kit II on a pseudo-terminal: it answers with calibration data, and streams words."""

from __future__ import annotations

import os
import select
import struct
import threading
import time
from types import TracebackType

_GET_META_DATA, _AVERAGE_START, _AVERAGE_STOP, _REGULATOR_SET = 0x19, 0x06, 0x07, 0x0D
_CALIBRATION = "".join(
    f"{name}{place}: {value}\n"
    for place in range(5)
    for name, value in (("GS", 0), ("GI", 1), ("O", 0), ("S", 0), ("I", 0), ("UG", 1))
)
_META = (
    "Calibrated: 0\nR0: 1031.64\nR1: 101.65\nR2: 10.15\nR3: 0.94\nR4: 0.043\n"
    + _CALIBRATION
    + "HW: 9173\nIA: 59\nEND"
)
_RANGE = 4
_OHM = 0.043
_VOLTS_A_STEP = 1.8 / 163840
#: Samples until the counter begins again, and how many times that fits into the pseudo-terminal.
_LAP, _LAPS = 64, 15


def converter_value(current_a: float) -> int:
    """What the converter reads in the range of 0.043 Ω: ppk2_api multiplies by four."""
    return round(current_a * _OHM / _VOLTS_A_STEP / 4)


def word(current_a: float, counter: int, inputs: int, measuring_range: int = _RANGE) -> int:
    return converter_value(current_a) | measuring_range << 14 | (counter & 63) << 18 | inputs << 24


class FakePpk2:
    """``with FakePpk2() as kit: kit.port``. Its samples come when `send` is called, or by themselves at
    `rate_hz`: 30 mA, every digital input low."""

    def __init__(self, answers: bool = True, rate_hz: int = 0) -> None:
        import pty  # not on Windows
        import tty

        self._answers = answers
        self._rate_hz = rate_hz
        self._master, self._slave = pty.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.measuring = threading.Event()
        self.millivolts: tuple[int, int] | None = None
        self.counter = 0
        self._lap = struct.pack(f"<{_LAP}I", *(word(0.030, place, 0) for place in range(_LAP)))
        self._gone = False
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> FakePpk2:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.unplug()

    def unplug(self) -> None:
        if not self._gone:
            self._gone = True
            self._thread.join()
            os.close(self._master)
            os.close(self._slave)

    def samples(self, count: int, current_a: float, inputs: int = 0) -> list[int]:
        """The next words of the stream."""
        words = [word(current_a, self.counter + place, inputs) for place in range(count)]
        self.counter += count
        return words

    def after_loss(self, lost: int, count: int, current_a: float) -> list[int]:
        """`count` words that follow `lost` ones which nobody sees."""
        self.counter += lost
        return self.samples(count, current_a)

    def send(self, words: list[int]) -> None:
        os.write(self._master, struct.pack(f"<{len(words)}I", *words))

    def _serve(self) -> None:
        began_s, sent = 0.0, 0
        while not self._gone:
            if select.select([self._master], [], [], 0.005)[0]:
                self._obey(os.read(self._master, 64))
                began_s, sent = time.monotonic(), 0
            if self._rate_hz and self.measuring.is_set():
                laps = (int((time.monotonic() - began_s) * self._rate_hz) - sent) // _LAP
                if laps > 0:
                    laps = min(laps, _LAPS)
                    sent += laps * _LAP
                    os.write(self._master, self._lap * laps)

    def _obey(self, said: bytes) -> None:
        place = 0
        while place < len(said):
            command = said[place]
            if command == _GET_META_DATA and self._answers:
                os.write(self._master, _META.encode())
            if command == _REGULATOR_SET:
                self.millivolts = (said[place + 1], said[place + 2])
            if command in (_AVERAGE_START, _AVERAGE_STOP):
                (self.measuring.set if command == _AVERAGE_START else self.measuring.clear)()
            place += _LENGTHS.get(command, 1)


#: Bytes of the commands that have arguments.
_LENGTHS = {_REGULATOR_SET: 3, 0x11: 2, 0x0C: 2}
