"""The energy of an inference in a recording.

With a marker, a pin that is high while the board computes: energy per inference is the integral of the power
over each time that it is high, the sum of the samples in it times their period. The first inference warms up
and is left out, as with latencies. Idle is the mean power while the marker is low, the board's communication
between inferences included; the energy above idle is the integral of what exceeds it.

A recording that is played, and a meter beside an emulated board, tell nothing of the inferences of this run:
their energy says so, and gives none for single inferences. Played without a marker it is power alone: times
the latency of this run, that is an estimate.

What the board does after the last inference is cut off before anything is computed.

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
from core.bench import Energy, Measurement, Source, Sync
from core.errors import ThimbleError
from core.meters.recording import Recording
from core.meters.surveying import Pulse, Survey, survey

#: An inference that misses a larger part of its samples is left out.
_MOST_LOST = 0.01
#: So few samples are too few for an integral.
_LEAST_SAMPLES = 2
#: Digits of a float32, which samples are: further ones are noise of the conversion, beyond any meter.
_DIGITS = 7
#: So long the meter records before the first inference.
IDLE_S = 0.5
#: So much earlier than it was a sample may seem: where the first one lies is known from when blocks arrived.
LATE_S = 0.1

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


def as_wired(recording: Recording, board: str) -> Recording:
    """The same, without the marker where a live meter measures a board that has no such pin: then the input
    is not wired, or to something else. What is played keeps the marker that was recorded."""
    return recording if marker_pin(board) or not recording.meter.live else recording.unmarked()


def marker_pin(board: str) -> str:
    """The pin that is high while this board computes, in the words of the board; empty where none is."""
    known = all_boards().get(board)
    return known.marker_pin if known else ""


def energy_of(recording: Recording, loop: Loop, measurement: Measurement) -> Energy:
    """The energy of an inference of the measurement. Measured, unless measured power had to be multiplied
    with latencies that are themselves estimates, or with those of another day.

    Raises ThimbleError ``meter-no-samples``, ``marker-missing`` (the meter has an input, and no inference was
    seen on it) or ``marker-unclear``.
    """
    heard = recording.between(loop.idle_from_s, loop.end_s + LATE_S)
    seen = survey(heard)
    if not seen.power_w.known:
        raise ThimbleError(
            "meter-no-samples",
            f"{recording.meter.name} gave no samples while the board was computing",
            "measure longer (--runs), and check that the meter is in the board's supply line",
        )
    if heard.meter.marker_input is None:
        energy = by_clock(heard, seen, loop, measurement)
    else:
        energy = by_marker(*_without_more(heard, seen, loop), loop, marker_pin(measurement.board))
    return _rounded(_told_apart(energy, heard.meter.live, measurement))


def _without_more(heard: Recording, seen: Survey, loop: Loop) -> tuple[Recording, Survey]:
    """Up to the last inference of the series, where the board went on at once."""
    ends_there = not (loop.more_follow and heard.meter.live)
    if ends_there or loop.inferences is None or len(seen.pulses) <= loop.inferences:
        return heard, seen
    series = heard.until(seen.pulses[loop.inferences - 1].end + 1)
    return series, survey(series)


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


def by_marker(heard: Recording, seen: Survey, loop: Loop, pin: str) -> Energy:
    """Energy per inference as the integral over the marker's high time, the first inference left out."""
    meter, pulses = heard.meter, seen.pulses
    inferences = loop.inferences if meter.live and loop.inferences is not None else len(pulses)
    _check_pulses(len(pulses), inferences, meter.name, pin)
    unseen = inferences - len(pulses)
    # The first inference may be among those: then the first pulse came after it had ended.
    without_first = unseen > 0 and pulses[0].begin >= heard.place(loop.first_end_s + LATE_S)
    warm = pulses if without_first else pulses[1:]
    kept = [part for pulse in warm if (part := _integrated(heard, pulse))]
    if not kept:
        raise ThimbleError(
            "marker-unclear",
            f"{meter.name} lost samples in every inference, or none was long enough to be seen",
            "let the computer do nothing else meanwhile, or use a meter with more samples a second",
        )
    energies_j = np.array([part.energy_j for part in kept])
    durations_s = np.array([part.duration_s for part in kept])
    powers_w = energies_j / durations_s
    above_j = energies_j - seen.idle_w.mean * durations_s
    return Energy(
        source=Source.MEASURED,
        power_w=float(powers_w.mean()),
        energy_j=float(energies_j.mean()),
        of=meter.name,
        sync=Sync.MARKER,
        power_std_w=_spread(powers_w),
        power_min_w=min(part.low_w for part in kept),
        power_max_w=max(part.high_w for part in kept),
        energy_std_j=_spread(energies_j),
        inferences=len(kept),
        left_out=inferences - 1 - len(kept),
        lost=seen.lost,
        supply_v=_or_none(seen.supply_v.mean),
        idle_w=_or_none(seen.idle_w.mean),
        above_idle_j=_or_none(float(above_j.mean())),
        above_idle_std_j=_spread(above_j) if seen.idle_w.known else None,
        each_j=tuple(energies_j.tolist()) if len(kept) + 1 == inferences else None,
        note="; ".join(filter(None, (_unseen(unseen, inferences, without_first), meter.note))),
    )


def _unseen(unseen: int, inferences: int, without_first: bool) -> str:
    if not unseen:
        return ""
    first = "the first among them" if without_first else "the first that was seen counts as the warm-up"
    return f"the meter did not see {unseen} of {inferences} inferences; {first}"


def by_clock(heard: Recording, seen: Survey, loop: Loop, measurement: Measurement) -> Energy:
    """The mean power over the loop, times the mean latency: an estimate where the latency is one, or where
    the power is that of another day."""
    series, live = measurement.series, heard.meter.live
    inside = heard.between(loop.first_end_s, loop.end_s)
    power = survey(inside).power_w
    if power.known < _LEAST_SAMPLES:
        raise ThimbleError(
            "meter-no-samples",
            f"{heard.meter.name} gave {power.known} samples in the {inside.duration_s:.3g} s in which"
            " the board was computing",
            "measure longer (--runs), or use a meter with more samples a second",
        )
    before = heard.between(loop.idle_from_s, loop.idle_from_s + IDLE_S)
    idle_w = survey(before).power_w.mean if live else math.nan
    return Energy(
        source=measurement.timing if live else Source.ESTIMATED,
        power_w=power.mean,
        energy_j=power.mean * series.mean_s,
        of=heard.meter.name,
        sync=Sync.CLOCK,
        power_std_w=power.std,
        power_min_w=power.low,
        power_max_w=power.high,
        inferences=len(series.warm_s),
        lost=seen.lost,
        supply_v=_or_none(seen.supply_v.mean),
        idle_w=_or_none(idle_w),
        above_idle_j=_or_none((power.mean - idle_w) * series.mean_s),
        note=heard.meter.note,
    )


@dataclass(frozen=True, slots=True)
class _Integrated:
    """One inference."""

    energy_j: float
    duration_s: float
    low_w: float
    high_w: float


def _integrated(heard: Recording, pulse: Pulse) -> _Integrated | None:
    """The inference of a pulse; None where too much of it was lost. What was lost just before the marker was
    seen to be high counts too: the inference may have begun there."""
    most = int(_MOST_LOST * (pulse.end - pulse.begin))
    before = max(pulse.begin - most - 1, heard.begin)
    with_before = heard.power_w(before, pulse.end)
    heard.after_block()
    if int(np.isnan(with_before).sum()) > most:
        return None
    power_w = with_before[pulse.begin - before :]
    whole_w = filled(power_w)
    duration_s = len(whole_w) * heard.period_s
    energy_j = integral_j(whole_w, heard.period_s)
    return _Integrated(energy_j, duration_s, float(whole_w.min()), float(whole_w.max()))


def filled(power_w: Power) -> npt.NDArray[np.float64]:
    """float64: lost samples on the straight line between their neighbours. At least one must be known."""
    known = np.flatnonzero(~np.isnan(power_w))
    return np.interp(np.arange(len(power_w)), known, power_w[known].astype(np.float64))


def integral_j(power_w: npt.NDArray[np.float64], period_s: float) -> float:
    """A sample stands for the period that begins with it, as the meter averages over it."""
    return float(power_w.sum()) * period_s


def _check_pulses(pulses: int, inferences: int, meter: str, pin: str) -> None:
    of_board = f"the board's marker pin, {pin}," if pin else "the board's marker pin"
    wire = f"wire {of_board} to the meter's digital input, and join their grounds (docs/energy.md)"
    if pulses < _LEAST_SAMPLES:
        raise ThimbleError(
            "marker-missing",
            f"{meter} saw the marker rise {pulses} times, so no inference can be told from the next",
            wire,
        )
    if pulses > inferences:
        raise ThimbleError(
            "marker-unclear",
            f"{meter} saw the marker rise {pulses} times in {inferences} inferences",
            "the digital input floats or is wired to another pin: " + wire,
        )


def _spread(values: npt.NDArray[np.float64]) -> float | None:
    """The standard deviation of a sample; None for a single value."""
    return float(values.std(ddof=1)) if len(values) > 1 else None


def _or_none(value: float) -> float | None:
    return None if math.isnan(value) else value
