"""What a running bench tells, as signals over one clock."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from core.bench import Source
from core.errors import ThimbleError
from core.live.energies import ClockEnergies, EnergyOf
from core.live.power import PowerSignal
from core.live.quantity import UNITS, Quantity
from core.live.signal import EVER, EventSignal, Signal, Span
from core.meters.sums import Floats

#: Partials of the jobs that run a model (`core.jobs.tasks.deploy`, `pi_bench`).
INFERENCE, POWER, TELEMETRY, WINDOW = "inference", "power", "telemetry", "window"
_TELEMETRY = {
    Quantity.TEMPERATURE: "temperature_c",
    Quantity.FREQUENCY: "frequency_hz",
    Quantity.LOAD: "load",
}
#: Events taken in one go: a window must not stand still meanwhile.
_MOST_AT_ONCE = 20_000


class LiveRun:
    """`sinks` take partials in any thread; everything else belongs to one thread, which calls `refresh`.

    `timing` says where latencies are from. With `metered`, power is measured; the energy of an inference is
    the mean power since the one before times its latency until `finish` brings what the meter's marker tells.
    Where latencies are counted instead of measured, and in a recording that is played, nothing ran while the
    power was measured: inferences have no energies then. `energy_note` says why at the end.
    Times are seconds since the first thing that came.
    """

    def __init__(self, timing: Source, metered: bool, clock: Callable[[], float] = time.perf_counter) -> None:
        self.energy_of = EnergyOf.CLOCK if metered else EnergyOf.POWER_PROFILE
        # a measured power times an estimated time is an estimate
        energy = Source.MEASURED if metered and timing is Source.MEASURED else Source.ESTIMATED
        self.sources = dict.fromkeys(Quantity, Source.MEASURED)
        self.sources |= {Quantity.LATENCY: timing, Quantity.RATE: timing, Quantity.ENERGY: energy}
        self.metered = metered
        self.energy_note = ""
        self.signals: dict[Quantity, Signal] = {}
        self.power: PowerSignal | None = None
        self.fault: ThimbleError | None = None
        self._clock = clock
        self._arrived: deque[tuple[float, str, dict[str, Any]]] = deque()
        self._begun_s: float | None = None
        self._throttled_s: list[float] = []
        self._energies = ClockEnergies() if metered and timing is Source.MEASURED else None

    @property
    def sinks(self) -> Mapping[str, Callable[[dict[str, Any]], None]]:
        """What takes each kind of partial."""
        return {kind: partial(self._take, kind) for kind in (INFERENCE, POWER, TELEMETRY, WINDOW)}

    @property
    def throttled_s(self) -> Floats:
        """When the computer said that it runs slower than it could."""
        return np.asarray(self._throttled_s)

    @property
    def span(self) -> Span | None:
        """From the first sample of all signals to the last."""
        spans = [span for signal in self.signals.values() if (span := signal.span)]
        if not spans:
            return None
        return Span(min(span.begin_s for span in spans), max(span.end_s for span in spans))

    def _take(self, kind: str, data: dict[str, Any]) -> None:
        self._arrived.append((self._clock(), kind, data))

    def refresh(self) -> bool:
        """Take what has come since the last call; whether there is something new."""
        waiting = [self._arrived.popleft() for _ in range(min(len(self._arrived), _MOST_AT_ONCE))]
        if waiting and self._begun_s is None:
            self._begun_s = waiting[0][0]
        by_kind: dict[str, list[tuple[float, dict[str, Any]]]] = {}
        for at_s, kind, data in waiting:
            by_kind.setdefault(kind, []).append((at_s - (self._begun_s or 0.0), data))
        self._take_power(by_kind.get(POWER, []))
        self._take_inferences(by_kind.get(INFERENCE, []))
        self._take_telemetry(by_kind.get(TELEMETRY, []))
        self._take_windows(by_kind.get(WINDOW, []))
        grown = self.power is not None and self.power.follow()
        return self._measure_energies() or grown or bool(waiting)

    def catch_up(self) -> None:
        """`refresh` until nothing is left."""
        while self.refresh():
            pass

    def _take_power(self, told: list[tuple[float, dict[str, Any]]]) -> None:
        for at_s, data in told:
            if self.power is None and self.fault is None:
                try:
                    self.power = PowerSignal(Path(data["folder"]))
                except ThimbleError as error:
                    self.fault = error
                    return
                self.signals[Quantity.POWER] = self.power
            if self.power is not None:
                self.power.heard(int(data["samples"]), at_s)

    def _take_inferences(self, told: list[tuple[float, dict[str, Any]]]) -> None:
        if not told:
            return
        latencies = [(at_s, float(data["latency_s"])) for at_s, data in told]
        self._add(Quantity.LATENCY, latencies)
        self._add_told(Quantity.ENERGY, "energy_j", told)
        if self._energies is not None:
            self._energies.add(latencies)

    def _take_windows(self, told: list[tuple[float, dict[str, Any]]]) -> None:
        rates = [(at_s, data["inferences"] / data["seconds"]) for at_s, data in told]
        self._add(Quantity.RATE, rates)

    def _take_telemetry(self, told: list[tuple[float, dict[str, Any]]]) -> None:
        for quantity, name in _TELEMETRY.items():
            self._add_told(quantity, name, told)
        self._throttled_s += [at_s for at_s, data in told if data.get("throttling")]

    def _add_told(self, quantity: Quantity, name: str, told: list[tuple[float, dict[str, Any]]]) -> None:
        """What is told under a name, where it is known."""
        self._add(quantity, [(at_s, float(data[name])) for at_s, data in told if data.get(name) is not None])

    def _add(self, quantity: Quantity, samples: list[tuple[float, float]]) -> None:
        if samples:
            table = np.asarray(samples)
            self._extend(quantity, table[:, 0], table[:, 1])

    def _extend(self, quantity: Quantity, times_s: Floats, values: Floats) -> None:
        signal = self.signals.setdefault(quantity, EventSignal(UNITS[quantity].total))
        assert isinstance(signal, EventSignal)  # noqa: S101 - power alone is another, and is never added to
        signal.add(times_s, values)

    def _measure_energies(self) -> bool:
        """Of the inferences whose power is there by now; whether there were some to look at."""
        power = self.power
        if self._energies is None or power is None or not power.meter.live:
            return False
        found = self._energies.take(power)
        if found is not None and len(found[0]):
            self._extend(Quantity.ENERGY, *found)
        return found is not None

    def finish(self, bench: Mapping[str, Any]) -> None:
        """Take the bench's result (the fields of ``bench --json``): where its numbers are from; the energies
        of the inferences after the first, where the meter told them; the mean power times each latency, where
        nothing was known meanwhile. Where the meter failed or measured something else than this run, no
        inference has an energy."""
        self.catch_up()
        timing, energy = Source(bench["timing"]), bench.get("energy")
        self.sources |= {Quantity.LATENCY: timing, Quantity.RATE: timing}
        if energy and energy.get("of_this_run") is not False:
            self._finish_energies(energy, timing)
        elif energy or self.metered:
            self.signals.pop(Quantity.ENERGY, None)
            self.energy_note = (energy or {}).get("note", "")

    def _finish_energies(self, energy: Mapping[str, Any], timing: Source) -> None:
        latency = self.signals.get(Quantity.LATENCY)
        if latency is None:
            return
        source = Source(energy["source"])
        times, latencies = latency.samples(EVER)
        each_j = energy.get("each_j") or ()
        if each_j and len(each_j) == len(times) - 1:
            self._replace_energies(times[1:], np.asarray(each_j, np.float64))
            self.energy_of = EnergyOf.MARKER
        else:
            # a measured power times an estimated time is an estimate
            source = source if timing is Source.MEASURED else timing
            if Quantity.ENERGY not in self.signals:
                self._replace_energies(times, energy["power_w"] * latencies)
                self.energy_of = EnergyOf.MEAN_POWER if self.metered else EnergyOf.POWER_PROFILE
        self.sources[Quantity.ENERGY] = source

    def _replace_energies(self, times_s: Floats, energies_j: Floats) -> None:
        self.signals.pop(Quantity.ENERGY, None)
        self._extend(Quantity.ENERGY, times_s, energies_j)
