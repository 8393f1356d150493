"""A meter around a series of inferences: from its first word to the energy in the measurement.

Whatever runs the inferences, a microcontroller or a Raspberry Pi, does the same: `metering` opens the meter
before anything long begins, `before_series` lets the board idle for a moment, `inference_ended` is called
after each, and `outcome` gives the measurement with its energy.
"""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from core.bench import Measurement
from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.meters.choice import parse_meter
from core.meters.integrate import IDLE_S, LATE_S, Loop, as_wired, energy_of
from core.meters.samples_csv import write_samples
from core.meters.session import Grown, MeterSession
from core.meters.stream import SampleReader
from core.meters.trace import trace_of

#: Where the samples lie inside a job's folder.
FOLDER = ".power"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The measurement with its energy. Where the meter failed, that is None and `fault` tells why: an
    estimate does not take its place. `trace` is what a report draws."""

    measurement: Measurement
    meter: str = ""
    fault: ThimbleError | None = None
    trace: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields of `bench --json`: those of the measurement, and `meter` where one was asked for."""
        told = self.measurement.to_json()
        if self.meter:
            fault = self.fault and {"code": self.fault.code, "what": self.fault.what, "hint": self.fault.hint}
            told["meter"] = {"asked": self.meter, "fault": fault, "trace": self.trace}
        return told


class Metering(Protocol):
    """What goes along with a series of inferences."""

    @property
    def measures(self) -> bool:
        """Whether there is a meter; without one, energies are estimates."""

    def before_series(self) -> None:
        """The board is ready, and idle for a moment; asked again, a new series takes its place."""

    def inference_ended(self) -> None:
        """Called after each inference."""

    def outcome(self, measurement: Measurement) -> Outcome:
        """The measurement with the energy of its inferences; the meter ends."""


class NoMeter:
    """The energy stays the estimate that the measurement brings along."""

    measures = False

    def before_series(self) -> None:
        """There is nothing to wait for."""

    def inference_ended(self) -> None:
        """There is nothing to note."""

    def outcome(self, measurement: Measurement) -> Outcome:
        return Outcome(measurement)


NO_METER = NoMeter()


class Metered:
    """A meter that records."""

    measures = True

    def __init__(
        self,
        meter: str,
        session: MeterSession,
        folder: Path,
        csv: Path | None,
        context: JobContext,
        more_follow: bool,
    ) -> None:
        self._meter = meter
        self._more_follow = more_follow
        self._session = session
        self._folder = folder
        self._csv = csv
        self._context = context
        self._idle_from_s = self._first_end_s = self._end_s = time.perf_counter()
        self._inferences = 0

    def before_series(self) -> None:
        self._idle_from_s, self._inferences = time.perf_counter(), 0
        self._session.keep()
        time.sleep(IDLE_S)

    def inference_ended(self) -> None:
        self._end_s = time.perf_counter()
        if self._inferences == 0:
            self._first_end_s = self._end_s
        self._inferences += 1

    def outcome(self, measurement: Measurement) -> Outcome:
        loop = Loop(self._idle_from_s, self._first_end_s, self._end_s, self._inferences, self._more_follow)
        energy, trace, fault = None, None, None
        try:
            self._context.progress(0.98, "Computing the energy")
            recording = as_wired(self._session.recording(), measurement.board)
            trace = trace_of(recording.between(loop.idle_from_s, loop.end_s + LATE_S))
            energy = energy_of(recording, loop, measurement)
        except ThimbleError as error:
            fault = error
        try:
            self._write_csv(loop)
        except ThimbleError as error:
            fault = fault or error
        return Outcome(dataclasses.replace(measurement, energy=energy), self._meter, fault, trace)

    def _write_csv(self, loop: Loop) -> None:
        """Whatever there is, also of a meter that failed in the middle."""
        if self._csv is None:
            return
        self._context.progress(0.99, f"Writing the samples to {self._csv.name}")
        reader = SampleReader(self._folder)
        blocks = reader.blocks(self._session.place(loop.idle_from_s))
        write_samples(self._csv, blocks, reader.info.period_s, self._context.check_cancelled)


@contextlib.contextmanager
def metering(
    meter: str | None,
    folder: Path,
    context: JobContext,
    csv: Path | None = None,
    more_follow: bool = False,
    pi: dict[str, Any] | None = None,
) -> Iterator[Metering]:
    """Open the meter (as on the command line; None or ``estimate`` for none), and release it after the block.

    Samples go to FOLDER in `folder`, from shortly before the series on, and to `csv` when it is given;
    partials `power`: folder, samples, lost.
    `more_follow`: the board computes on after the series, before the outcome is asked for. `pi`: how the
    Raspberry Pi is reached that is measured, for its own sensors. Raises ThimbleError when the meter cannot
    be opened.
    """
    if meter is None or not parse_meter(meter).measures:
        yield NO_METER
        return

    def tell(grown: Grown) -> None:
        told = {"folder": str(grown.folder), "samples": grown.samples, "lost": grown.lost}
        context.partial("power", told)

    def complain(fault: ThimbleError) -> None:
        context.log(f"{fault.what}; the inferences go on, without their energy")

    context.progress(0.0, f"Opening the meter {meter.partition(':')[0]}")
    samples = folder / FOLDER
    with MeterSession(meter, samples, tell, context.check_cancelled, complain, pi, waits=True) as session:
        yield Metered(meter, session, samples, csv, context, more_follow)


def require_measured(bench: dict[str, Any]) -> None:
    """Raises what the meter, or the file for its samples, failed with; the rest of `bench` stands."""
    fault = (bench.get("meter") or {}).get("fault")
    if fault:
        words = fault["what"] if bench["energy"] else f"no energy: {fault['what']}"
        raise ThimbleError(fault["code"], words, fault["hint"])
