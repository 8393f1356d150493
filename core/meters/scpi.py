"""Supplies and analysers that speak SCPI, through PyVISA: the Agilent and Keysight N6705 and its like.

Two ways to measure. *Polled*: ``MEAS:CURR?`` and ``MEAS:VOLT?`` some tens of times a second, which any SCPI
supply understands. *Sweeps* (`points` above 0): the instrument samples `points` currents `interval` apart and
hands them over as an array (``SENS:SWE:POIN``, ``SENS:SWE:TINT``, ``INIT:ACQ``, ``TRIG:ACQ``,
``FETC:ARR:CURR?``; Keysight N6705C Programmer's Reference Guide, "Measurement commands"), finely but with
gaps between the sweeps, whose samples count as lost.
"""

from __future__ import annotations

import contextlib
import math
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.errors import ThimbleError
from core.meters.base import (
    NO_SAMPLES,
    FoundMeter,
    MeterInfo,
    MeterKind,
    PowerMeter,
    Samples,
    lost_samples,
    samples_of,
)
from core.meters.polled import PolledMeter, Reading
from core.recipe import key

#: Where values are out of range, instruments answer this (SCPI-99, 7.2.1.4 and 7.2.1.5: infinity, not a
#: number).
_NO_NUMBER = 9e37
_OVERHEAD_S = 2.0
#: The longest wait for a sweep in one go.
_WAIT_S = 0.1
_EXAMPLE = "scpi:TCPIP0::192.168.0.5::inst0::INSTR"


@dataclass(frozen=True, slots=True)
class ScpiOptions:
    address: str = key("", "its VISA address, such as TCPIP0::192.168.0.5::inst0::INSTR")
    channel: int = key(1, "the output that feeds the board; 0 for a supply without channels", 0, 99)
    rate: float = key(20.0, "readings a second, when polled", 0.1, 1000.0)
    points: int = key(0, "samples in a sweep; 0 polls", 0, 524_288)
    interval: float = key(2.048e-5, "seconds between two samples of a sweep", 1e-6, 1.0)
    timeout: float = key(5.0, "seconds that an answer may take", 0.1, 60.0)
    visa: str = key("@py", "the VISA library: @py, @ivi, or its file")


class Instrument:
    """A VISA session. Raises ThimbleError for whatever goes wrong with it."""

    def __init__(self, options: ScpiOptions) -> None:
        self._options = options
        self._manager: Any = None
        self._session: Any = None
        self.identity = ""

    def open(self) -> None:
        """Connect, and ask who it is."""
        import pyvisa

        try:
            self._manager = pyvisa.ResourceManager(self._options.visa)
            self._session = self._manager.open_resource(
                self._options.address, read_termination="\n", write_termination="\n"
            )
            self._session.timeout = 1000.0 * self._options.timeout
            self.identity = self._query("*IDN?").strip()
            if not self.identity:
                raise ValueError("it does not say who it is")
        except (pyvisa.Error, OSError, ValueError) as error:
            self._check_address(error)
            raise ThimbleError(
                "meter-gone",
                f"the instrument at {self._options.address} cannot be reached: {error}",
                "check the address, that it is switched on and in the same network, and that no other program"
                " uses it",
            ) from error

    def _check_address(self, error: Exception) -> None:
        """Only after a failure, since a VISA library may know short names of its own. Raises ThimbleError
        ``bad-meter``."""
        from pyvisa.rname import InvalidResourceName, ResourceName

        try:
            ResourceName.from_string(self._options.address)
        except InvalidResourceName:
            raise ThimbleError(
                "bad-meter",
                f"{self._options.address!r} is not a VISA address",
                f"write it such as {_EXAMPLE}; `thimble devices` lists instruments that answer",
            ) from error

    def close(self) -> None:
        for opened in (self._session, self._manager):
            if opened is not None:
                with contextlib.suppress(Exception):  # it has gone; drivers raise errors of every kind here
                    opened.close()
        self._session = self._manager = None

    def ask(self, question: str) -> str:
        """What it answers. Raises ThimbleError ``meter-failed``."""
        import pyvisa

        try:
            return self._query(question)
        except (pyvisa.Error, OSError, ValueError) as error:
            raise self._failed(question, error) from error

    def _query(self, question: str) -> str:
        with warnings.catch_warnings():
            # The end of a message may be marked in other ways than with a line's end.
            warnings.filterwarnings("ignore", "read string doesn't end with termination")
            answer: str = self._session.query(question)
        return answer

    def tell(self, command: str) -> None:
        """Raises ThimbleError ``meter-failed``."""
        import pyvisa

        try:
            self._session.write(command)
        except (pyvisa.Error, OSError, ValueError) as error:
            raise self._failed(command, error) from error

    def numbers(self, question: str) -> list[float]:
        """NaN for what is out of range. Raises ThimbleError ``meter-failed``."""
        answer = self.ask(question)
        try:
            values = [float(part) for part in answer.split(",")]
        except ValueError:
            raise ThimbleError(
                "meter-failed",
                f"{self._name()} answers {question} with {answer.strip()[:60]!r}",
                "check the channel and that the instrument measures; channel=0 is for one without channels",
            ) from None
        return [math.nan if abs(value) > _NO_NUMBER else value for value in values]

    def check(self) -> None:
        """Raises ThimbleError ``meter-failed`` with what its error queue tells."""
        answer = self.ask("SYST:ERR?").strip()
        if not answer.lstrip("+-").startswith("0"):
            raise ThimbleError(
                "meter-failed", f"{self._name()} reports {answer}", "check the options of the meter"
            )

    def channel(self, separator: str = " ") -> str:
        """The list of channels that follows a command, empty for an instrument without."""
        return f"{separator}(@{self._options.channel})" if self._options.channel else ""

    def _name(self) -> str:
        return self.identity.split(",")[1] if self.identity.count(",") > 1 else self._options.address

    def _failed(self, said: str, error: Exception) -> ThimbleError:
        return ThimbleError(
            "meter-failed",
            f"{self._name()} does not answer {said}: {error}",
            "check the cable or network, its address and channel, and repeat",
        )


class PolledSupply(PolledMeter):
    """A PowerMeter: one reading after another."""

    def __init__(self, options: ScpiOptions) -> None:
        super().__init__(1.0 / options.rate)
        self._options = options
        self._instrument = Instrument(options)

    def open(self) -> MeterInfo:
        self._instrument.open()
        self.reading()
        return MeterInfo(_title(self._instrument, self._options), 1.0 / self._options.rate)

    def reading(self) -> Reading:
        ask, channel = self._instrument.numbers, self._instrument.channel()
        current_a, voltage_v = ask(f"MEAS:CURR?{channel}")[0], ask(f"MEAS:VOLT?{channel}")[0]
        return Reading(current_a * voltage_v, current_a, voltage_v)

    def close(self) -> None:
        self._instrument.close()


class SweepingSupply:
    """A PowerMeter: one sweep after another. The voltage is asked for once, before they begin."""

    def __init__(self, options: ScpiOptions) -> None:
        self._options = options
        self._instrument = Instrument(options)
        self._voltage_v = math.nan
        self._began_s = self._sweep_s = 0.0
        self._sweeping = False
        self._given = 0

    def open(self) -> MeterInfo:
        self._instrument.open()
        channel = self._instrument.channel()
        listed = self._instrument.channel(",")
        self._voltage_v = self._instrument.numbers(f"MEAS:VOLT?{channel}")[0]
        self._instrument.tell(f"SENS:SWE:TINT {self._options.interval:.9g}{listed}")
        self._instrument.tell(f"SENS:SWE:POIN {self._options.points}{listed}")
        self._instrument.check()
        note = f"the voltage was measured once, {self._voltage_v:.4g} V"
        return MeterInfo(_title(self._instrument, self._options), self._options.interval, note=note)

    def start(self) -> None:
        self._given = 0
        self._trigger()
        self._began_s = self._sweep_s

    def read(self) -> Samples:
        if not self._sweeping:
            self._trigger()
        wait_s = self._left_s()
        time.sleep(min(wait_s, _WAIT_S))
        return self._fetch() if wait_s <= _WAIT_S else NO_SAMPLES

    def finish(self) -> Samples:
        """The rest is the sweep that has begun: it is waited for."""
        if not self._sweeping:
            return NO_SAMPLES
        time.sleep(self._left_s())
        return self._fetch()

    def _trigger(self) -> None:
        channel = self._instrument.channel()
        self._instrument.tell(f"INIT:ACQ{channel}")
        self._sweep_s = time.perf_counter()
        self._instrument.tell(f"TRIG:ACQ{channel}")
        self._sweeping = True

    def _left_s(self) -> float:
        """Until the sweep has ended."""
        duration_s = self._options.points * self._options.interval
        return max(self._sweep_s + duration_s - time.perf_counter(), 0.0)

    def _fetch(self) -> Samples:
        """The sweep that has ended, after the lost samples of the gap before it."""
        self._sweeping = False
        question = f"FETC:ARR:CURR?{self._instrument.channel()}"
        current_a = np.asarray(self._instrument.numbers(question), np.float32)
        gap = max(round((self._sweep_s - self._began_s) / self._options.interval) - self._given, 0)
        self._given += gap + len(current_a)
        swept = samples_of(current_a * self._voltage_v, current_a, self._voltage_v)
        return np.concatenate([lost_samples(gap), swept])

    def close(self) -> None:
        self._instrument.close()


def _title(instrument: Instrument, options: ScpiOptions) -> str:
    maker, _, rest = instrument.identity.partition(",")
    model = rest.split(",")[0]
    return f"{maker} {model}".strip() + (f", output {options.channel}" if options.channel else "")


def connect(options: ScpiOptions) -> PowerMeter:
    """A meter that polls or sweeps, as the options say. Raises ThimbleError ``bad-meter``."""
    if options.points and options.points * options.interval > options.timeout - _OVERHEAD_S:
        raise ThimbleError(
            "bad-meter",
            f"a sweep of {options.points} samples takes {options.points * options.interval:.3g} s, too long"
            f" for a timeout of {options.timeout:g} s",
            f"ask for fewer points, or a timeout {_OVERHEAD_S:g} s longer than the sweep",
        )
    return SweepingSupply(options) if options.points else PolledSupply(options)


def find_instruments() -> Sequence[FoundMeter]:
    """Those that answer in the local network (LXI), and those on USB and GPIB that PyVISA's own library
    reaches. Takes two seconds."""
    import pyvisa

    manager = pyvisa.ResourceManager("@py")
    try:
        found = [a for a in manager.list_resources() if a.startswith(("TCPIP", "USB", "GPIB"))]
    finally:
        manager.close()
    return tuple(FoundMeter("scpi", "SCPI instrument", address, address) for address in found)


SCPI = MeterKind(
    id="scpi",
    title="SCPI instrument",
    about="a supply or analyser such as the Keysight N6705, by its VISA address",
    options=ScpiOptions,
    target="address",
    connect=connect,
    find=find_instruments,
    needs_target=True,
)
