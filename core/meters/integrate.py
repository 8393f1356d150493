"""The energy of an inference in a recording.

With a marker, a pin that is high while the board computes: energy per inference is the integral of the power
over each time that it is high, the sum of the samples in it times their period. The first inference warms up
and is left out, as with latencies. Idle is the mean power while the marker is low, the board's communication
between inferences included; the energy above idle is the integral of what exceeds it.

A recording that is played, and a meter beside an emulated board, tell nothing of the inferences of this run:
their energy says so, and gives none for single inferences.

Without a marker, by this computer's clock: the mean power from the end of the first inference to the end of
the last, which includes the transfers between them, times the mean latency. Single inferences cannot be told
apart so, and no spread is given.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.targets.board import all_boards
from core.bench import Energy, Measurement, Series, Source, Sync
from core.errors import ThimbleError
from core.meters.recording import Recording

#: An inference that misses a larger part of its samples is left out.
_MOST_LOST = 0.01
#: So few samples are too few for an integral.
_LEAST_SAMPLES = 2
#: Digits of a float32, which samples are: further ones are noise of the conversion, beyond any meter.
_DIGITS = 7
_MARKER_HINT = (
    "wire the board's marker pin to the meter's digital input, and join their grounds (docs/energy.md)"
)

Power = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Loop:
    """When the inferences ran, on `time.perf_counter`: `idle_from_s` is when the meter was recording and the
    board had nothing to do, `first_end_s` the end of the first inference, `end_s` of the last. `inferences`
    counts them all; None where it is not known how often the marker rose. `more_follow`: the board went on
    computing afterwards, with the meter still recording."""

    idle_from_s: float
    first_end_s: float
    end_s: float
    inferences: int | None
    more_follow: bool = False


@dataclass(frozen=True, slots=True)
class Pulse:
    """The marker was high from sample `begin` to before sample `end`."""

    begin: int
    end: int


def energy_of(recording: Recording, loop: Loop, measurement: Measurement) -> Energy:
    """The energy of an inference of the measurement. Measured, unless measured power had to be multiplied
    with latencies that are themselves estimates.

    Raises ThimbleError ``meter-no-samples``, ``marker-missing`` (the meter has an input, and no inference was
    seen on it) or ``marker-unclear``.
    """
    heard = recording.since(loop.idle_from_s)
    if not len(heard.power_w) or heard.lost == len(heard.power_w):
        raise ThimbleError(
            "meter-no-samples",
            f"{recording.meter.name} gave no samples while the board was computing",
            "measure longer (--runs), and check that the meter is in the board's supply line",
        )
    if heard.marker is None:
        energy = by_clock(heard, loop, measurement.series, measurement.timing)
    else:
        energy = by_marker(heard, loop.inferences, loop.more_follow)
    return _rounded(_told_apart(energy, heard.meter.live, measurement))


def _told_apart(energy: Energy, live: bool, measurement: Measurement) -> Energy:
    """The same, but that it says so where what was measured is not of this run."""
    reasons = list(_reasons(energy, live, measurement))
    if not reasons:
        return energy
    note = "; ".join([*reasons, *([energy.note] if energy.note else [])])
    return dataclasses.replace(energy, of_this_run=False, each_j=None, note=note)


def _reasons(energy: Energy, live: bool, measurement: Measurement) -> Iterator[str]:
    """Why what was measured is not of this run; nothing where it is."""
    if not live:
        yield "the power was recorded earlier: it is not of this run"
        runs = measurement.series.runs
        pulses = (energy.inferences or 0) + (energy.left_out or 0) + 1
        if energy.sync is Sync.MARKER and pulses != runs:
            yield f"the recording has {pulses} pulses, this run {runs} inferences"
    board = all_boards().get(measurement.board)
    if board is not None and board.virtual:
        yield "the board is emulated and takes no power: what the meter measured is not of this run"


def _rounded(energy: Energy) -> Energy:
    """Without the digits that float32 does not have."""
    values = {field.name: getattr(energy, field.name) for field in dataclasses.fields(energy)}
    numbers: dict[str, Any] = {
        name: _digits(value) for name, value in values.items() if isinstance(value, float)
    }
    each_j = energy.each_j and tuple(map(_digits, energy.each_j))
    return dataclasses.replace(energy, **numbers, each_j=each_j)


def _digits(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def by_marker(recording: Recording, inferences: int | None, more_follow: bool = False) -> Energy:
    """Energy per inference as the integral over the marker's high time, the first inference left out."""
    if recording.marker is None:
        raise ValueError("the recording has no marker")
    pulses = pulses_of(recording.marker)
    if more_follow:
        pulses = pulses[:inferences]
    _check_pulses(pulses, inferences if recording.meter.live else None, recording.meter.name)
    idle_w = _mean(recording.power_w[~recording.marker])
    kept = [p for p in pulses[1:] if _is_whole(recording.power_w, p)]
    if not kept:
        raise ThimbleError(
            "marker-unclear",
            f"{recording.meter.name} lost samples in every inference, or none was long enough to be seen",
            "let the computer do nothing else meanwhile, or use a meter with more samples a second",
        )
    parts = [filled(recording.power_w[p.begin : p.end]) for p in kept]
    energies_j = np.array([integral_j(part, recording.period_s) for part in parts])
    durations_s = np.array([len(part) * recording.period_s for part in parts])
    powers_w = energies_j / durations_s
    above_j = energies_j - idle_w * durations_s
    return Energy(
        source=Source.MEASURED,
        power_w=float(powers_w.mean()),
        energy_j=float(energies_j.mean()),
        of=recording.meter.name,
        sync=Sync.MARKER,
        power_std_w=_spread(powers_w),
        power_min_w=min(float(part.min()) for part in parts),
        power_max_w=max(float(part.max()) for part in parts),
        energy_std_j=_spread(energies_j),
        inferences=len(kept),
        left_out=len(pulses) - 1 - len(kept),
        lost=recording.lost,
        supply_v=_or_none(recording.supply_v),
        idle_w=_or_none(idle_w),
        above_idle_j=_or_none(float(above_j.mean())),
        above_idle_std_j=None if math.isnan(idle_w) else _spread(above_j),
        each_j=tuple(energies_j.tolist()) if len(kept) + 1 == inferences else None,
        note=recording.meter.note,
    )


def by_clock(recording: Recording, loop: Loop, series: Series, timing: Source) -> Energy:
    """The mean power over the loop, times the mean latency: an estimate where the latency is one."""
    live = recording.started_s is not None
    inside = recording.between(loop.first_end_s, loop.end_s)
    known_w = inside.power_w[~np.isnan(inside.power_w)]
    if len(known_w) < _LEAST_SAMPLES:
        raise ThimbleError(
            "meter-no-samples",
            f"{recording.meter.name} gave {len(known_w)} samples in the {inside.duration_s:.3g} s in which"
            " the board was computing",
            "measure longer (--runs), or use a meter with more samples a second",
        )
    before = recording.between(recording.started_s or 0.0, loop.idle_from_s + IDLE_S) if live else None
    idle_w = math.nan if before is None else _mean(before.power_w)
    power_w = _mean(inside.power_w)
    return Energy(
        source=timing,
        power_w=power_w,
        energy_j=power_w * series.mean_s,
        of=recording.meter.name,
        sync=Sync.CLOCK,
        power_std_w=float(known_w.std(dtype=np.float64)),
        power_min_w=float(known_w.min()),
        power_max_w=float(known_w.max()),
        inferences=len(series.warm_s),
        lost=recording.lost,
        supply_v=_or_none(recording.supply_v),
        idle_w=_or_none(idle_w),
        above_idle_j=_or_none((power_w - idle_w) * series.mean_s),
        note=recording.meter.note,
    )


#: So long the meter records before the first inference.
IDLE_S = 0.5


def pulses_of(marker: npt.NDArray[np.bool_]) -> list[Pulse]:
    """Where the marker rises and falls again; high at the start or at the end of the recording is not a
    pulse, for nobody knows how long it was."""
    steps = np.diff(marker.astype(np.int8))
    rises = np.flatnonzero(steps == 1) + 1
    falls = np.flatnonzero(steps == -1) + 1
    if len(marker) and marker[0]:
        falls = falls[1:]
    return [Pulse(int(rise), int(fall)) for rise, fall in zip(rises, falls, strict=False)]


def filled(power_w: Power) -> npt.NDArray[np.float64]:
    """float64: lost samples on the straight line between their neighbours. At least one must be known."""
    known = np.flatnonzero(~np.isnan(power_w))
    return np.interp(np.arange(len(power_w)), known, power_w[known].astype(np.float64))


def integral_j(power_w: npt.NDArray[np.float64], period_s: float) -> float:
    """A sample stands for the period that begins with it, as the meter averages over it."""
    return float(power_w.sum()) * period_s


def _check_pulses(pulses: list[Pulse], inferences: int | None, meter: str) -> None:
    if len(pulses) < _LEAST_SAMPLES:
        raise ThimbleError(
            "marker-missing",
            f"{meter} saw the marker rise {len(pulses)} times, so no inference can be told from the next",
            _MARKER_HINT,
        )
    if inferences is not None and len(pulses) > inferences:
        raise ThimbleError(
            "marker-unclear",
            f"{meter} saw the marker rise {len(pulses)} times in {inferences} inferences",
            "the digital input floats or is wired to another pin: " + _MARKER_HINT,
        )


def _is_whole(power_w: Power, pulse: Pulse) -> bool:
    lost = int(np.isnan(power_w[pulse.begin : pulse.end]).sum())
    return lost <= _MOST_LOST * (pulse.end - pulse.begin)


def _mean(power_w: Power) -> float:
    known = power_w[~np.isnan(power_w)]
    return float(known.mean(dtype=np.float64)) if len(known) else math.nan


def _spread(values: npt.NDArray[np.float64]) -> float | None:
    """The standard deviation of a sample; None for a single value."""
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
