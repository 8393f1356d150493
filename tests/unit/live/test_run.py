"""What a bench tells becomes signals over one clock, and files that have all of it."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.bench import Source
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event
from core.jobs.tasks.save_live import save_live
from core.live.energies import EnergyOf
from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.live.saving import Saving, prepare
from core.live.signal import EVER, Span
from core.meters.base import MeterInfo, samples_of
from core.meters.samples_csv import read_samples
from core.meters.stream import SampleReader, SampleWriter

PERIOD_S = 1e-3
MEASURED = {"source": "measured", "power_w": 2.0, "energy_j": 0.04}
ESTIMATE = {"source": "estimated", "power_w": 4.0, "energy_j": 2.0}


class Clock:
    now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


class Told:
    """A run, and what tells it: inferences of 20 ms each 0.1 s, a meter whose power is 2 W, then 4 W."""

    def __init__(self, folder: Path, live: bool = True, metered: bool = True) -> None:
        self.clock = Clock()
        self.run = LiveRun(Source.MEASURED, metered, self.clock)
        self.folder = folder
        self.writer = SampleWriter(folder, MeterInfo("fake", PERIOD_S, live=live))

    def power(self, watts: float, samples: int, lost: int = 0, late_s: float = 0.0) -> None:
        power_w = np.full(samples, watts)
        power_w[:lost] = np.nan
        self.writer.add(samples_of(power_w))
        self.clock.now_s += samples * PERIOD_S + late_s
        told = {"folder": str(self.folder), "samples": self.writer.count, "lost": self.writer.lost}
        self.run.sinks["power"](told)
        self.clock.now_s -= late_s

    def inference(self, latency_s: float, energy_j: float | None = None) -> None:
        self.run.sinks["inference"]({"latency_s": latency_s, "energy_j": energy_j})


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path / "power")
    with told.writer:
        yield told


def times(run: LiveRun, quantity: Quantity) -> list[float]:
    return run.signals[quantity].samples(EVER)[0].tolist()


def values(run: LiveRun, quantity: Quantity) -> list[float]:
    return run.signals[quantity].samples(EVER)[1].tolist()


def test_the_energy_is_the_power_since_the_inference_before_times_the_latency(told: Told) -> None:
    told.power(1.0, 100)
    told.inference(0.02)
    for watts in (2.0, 4.0):
        told.power(watts, 100)
        told.inference(0.02)
    told.run.catch_up()
    assert len(values(told.run, Quantity.LATENCY)) == 3
    assert values(told.run, Quantity.ENERGY) == pytest.approx([0.04], rel=0.03), "the last one's is not in"
    told.power(1.0, 100)
    told.run.catch_up()
    assert values(told.run, Quantity.ENERGY) == pytest.approx([0.04, 0.08], rel=0.03)
    assert told.run.sources[Quantity.ENERGY] is Source.MEASURED


def test_late_words_of_the_meter_do_not_move_what_it_recorded(told: Told) -> None:
    told.inference(0.02)
    told.power(1.0, 100)
    told.power(1.0, 100, late_s=0.07)
    told.power(1.0, 100, late_s=0.03)
    told.run.catch_up()
    assert told.run.power is not None
    assert told.run.power.span == Span(pytest.approx(0.0), pytest.approx(0.299))


def test_a_recording_that_is_played_begins_where_it_was_first_heard_and_gives_no_energies(
    tmp_path: Path,
) -> None:
    told = Told(tmp_path / "power", live=False)
    told.inference(0.02)
    with told.writer:
        told.power(1.0, 100)
        told.clock.now_s -= 5.0  # a meter that plays gives its rest at once
        told.power(1.0, 5000)
    told.run.catch_up()
    assert told.run.power is not None
    assert told.run.power.span is not None
    assert told.run.power.span.begin_s == pytest.approx(0.0)
    assert told.run.power.count == 5100
    assert Quantity.ENERGY not in told.run.signals


def test_the_markers_own_energies_take_the_place_of_those_of_the_clock(told: Told) -> None:
    for _ in range(3):
        told.inference(0.02)
        told.power(2.0, 100)
    told.run.finish({"timing": "measured", "energy": {**MEASURED, "each_j": [0.1, 0.2]}})
    assert values(told.run, Quantity.ENERGY) == [0.1, 0.2]
    assert times(told.run, Quantity.ENERGY) == times(told.run, Quantity.LATENCY)[1:]
    assert told.run.energy_of is EnergyOf.MARKER


def with_a_clocks_energies(told: Told) -> LiveRun:
    """Three inferences, two of which have got an energy."""
    for _ in range(3):
        told.power(2.0, 100)
        told.inference(0.02)
    told.power(2.0, 100)
    told.run.catch_up()
    assert len(values(told.run, Quantity.ENERGY)) == 2
    return told.run


@pytest.mark.parametrize(
    ("bench", "note"),
    [
        ({"energy": {**MEASURED, "of_this_run": False, "note": "it was yesterday"}}, "it was yesterday"),
        ({"energy": None, "meter": {"asked": "ppk2", "fault": {"code": "meter-failed"}}}, ""),
    ],
)
def test_an_inference_has_no_energy_where_the_meter_failed_or_measured_something_else(
    told: Told, bench: dict[str, Any], note: str
) -> None:
    run = with_a_clocks_energies(told)
    run.finish({"timing": "measured", **bench})
    assert set(run.signals) == {Quantity.LATENCY, Quantity.POWER}, "the power was measured all the same"
    assert run.energy_note == note


def test_a_recording_gives_no_energies_at_the_end_either(tmp_path: Path) -> None:
    told = Told(tmp_path / "power", live=False)
    with told.writer:
        told.inference(0.02)
        told.power(1.0, 100)
        told.inference(0.02)
    energy = {**MEASURED, "of_this_run": False, "note": "the power was recorded earlier"}
    told.run.finish({"timing": "measured", "energy": energy})
    assert Quantity.ENERGY not in told.run.signals
    assert told.run.energy_note == "the power was recorded earlier"


def test_a_board_that_counts_cycles_takes_no_power_that_a_meter_could_see(tmp_path: Path) -> None:
    told = Told(tmp_path / "power")
    told.run = LiveRun(Source.ESTIMATED, metered=True, clock=told.clock)
    with told.writer:
        for _ in range(3):
            told.power(2.0, 100)
            told.inference(0.02)
        told.power(2.0, 100)
    told.run.catch_up()
    assert told.run.power is not None
    assert told.run.power.count == 400
    assert Quantity.ENERGY not in told.run.signals


def test_the_result_says_where_the_times_are_from() -> None:
    run = LiveRun(Source.MEASURED, metered=False, clock=Clock())
    run.sinks["inference"]({"latency_s": 0.02, "energy_j": 0.5})
    run.finish({"timing": "estimated", "energy": None})
    assert run.sources[Quantity.LATENCY] is Source.ESTIMATED
    assert values(run, Quantity.ENERGY) == [0.5], "an estimate needs no meter"


def test_energies_that_wait_are_computed_together(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    count = 300
    for place in range(count):
        told.power(1.0 + place, 10, lost=place % 3)
        told.inference(0.02)
    told.power(1.0, 10)
    reads: list[int] = []
    read = SampleReader.read
    monkeypatch.setattr(
        SampleReader, "read", lambda self, *where: (reads.append(where[-1]), read(self, *where))[1]
    )
    told.run.catch_up()
    assert len(reads) == 2, "one to follow the recording, one for all the inferences"
    power, ends_s = told.run.power, times(told.run, Quantity.LATENCY)
    assert power is not None
    begins_s = [0.0, *ends_s][:count]
    means_w = [power.statistics(Span(*edges)).mean for edges in zip(begins_s, ends_s, strict=True)]
    expected = 0.02 * np.array(means_w)[np.isfinite(means_w)]
    assert len(expected) == count - 1
    assert values(told.run, Quantity.ENERGY) == pytest.approx(expected)


def test_a_part_of_those_that_wait_is_taken_at_once_and_none_is_left(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.live.energies._MOST_INFERENCES", 4)
    monkeypatch.setattr("core.live.energies._MOST_SAMPLES", 150)
    for samples in (1, 40, 60, 60, 60, 500, *[10] * 8):
        told.power(2.0, samples)
        told.inference(0.02)
    told.power(2.0, 10)
    told.run.refresh()
    assert len(values(told.run, Quantity.ENERGY)) < 4
    told.run.catch_up()
    assert len(values(told.run, Quantity.ENERGY)) == 13
    assert not told.run.refresh()


def test_windows_of_time_become_inferences_per_second() -> None:
    clock = Clock()
    run = LiveRun(Source.ESTIMATED, metered=False, clock=clock)
    run.sinks["inference"]({"latency_s": 0.02, "energy_j": None})
    for index, inferences in enumerate((500, 400)):
        clock.now_s += 10.0
        run.sinks["window"]({"index": index, "inferences": inferences, "seconds": 10.0})
    run.catch_up()
    assert values(run, Quantity.RATE) == [50.0, 40.0]
    assert run.span == Span(0.0, 20.0)
    assert run.sources[Quantity.RATE] is Source.ESTIMATED


def test_estimates_stay_estimates(tmp_path: Path) -> None:
    run = LiveRun(Source.ESTIMATED, metered=False, clock=Clock())
    run.sinks["inference"]({"latency_s": 0.02, "energy_j": 0.5})
    run.finish({"timing": "estimated", "energy": {**ESTIMATE, "power_w": 25.0}})
    assert (run.sources[Quantity.LATENCY], run.sources[Quantity.ENERGY]) == (Source.ESTIMATED,) * 2
    metered = LiveRun(Source.ESTIMATED, metered=True)
    assert metered.sources[Quantity.ENERGY] is Source.ESTIMATED, "a measured power times an estimated time"
    metered.sinks["inference"]({"latency_s": 0.5, "energy_j": None})
    metered.finish({"timing": "estimated", "energy": {**MEASURED, "power_w": 0.1}})
    assert (values(metered, Quantity.ENERGY), metered.energy_of) == ([0.05], EnergyOf.MEAN_POWER)
    assert metered.sources[Quantity.ENERGY] is Source.ESTIMATED
    pi = LiveRun(Source.MEASURED, metered=False)
    pi.sinks["inference"]({"latency_s": 0.5, "energy_j": None})
    pi.finish({"timing": "measured", "energy": ESTIMATE})
    assert values(pi, Quantity.ENERGY) == [2.0]
    assert pi.sources[Quantity.ENERGY] is Source.ESTIMATED


def test_telemetry_is_kept_where_it_is_known_and_throttling_is_marked() -> None:
    clock = Clock()
    run = LiveRun(Source.MEASURED, metered=False, clock=clock)
    for temperature_c, names in ((50.0, []), (None, None), (80.0, ["throttled"])):
        run.sinks["telemetry"](
            {"temperature_c": temperature_c, "frequency_hz": 1e9, "load": None, "throttling": names}
        )
        clock.now_s += 1.0
    assert run.refresh()
    assert values(run, Quantity.TEMPERATURE) == [50.0, 80.0]
    assert times(run, Quantity.TEMPERATURE) == pytest.approx([0.0, 2.0])
    assert values(run, Quantity.FREQUENCY) == [1e9] * 3
    assert Quantity.LOAD not in run.signals
    assert run.throttled_s.tolist() == pytest.approx([2.0])
    assert not run.refresh(), "there is nothing new"


def test_a_recording_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    run = LiveRun(Source.MEASURED, metered=True, clock=Clock())
    run.sinks["power"]({"folder": str(tmp_path / "nowhere"), "samples": 5, "lost": 0})
    run.sinks["inference"]({"latency_s": 0.02, "energy_j": None})
    run.catch_up()
    assert run.fault is not None
    assert run.fault.code == "no-samples"
    assert values(run, Quantity.LATENCY) == [0.02]


def saved(run: LiveRun, span: Span, folder: Path) -> tuple[dict[str, Any], Saving]:
    saving = prepare(run, span, folder / "live.csv", folder / "events.npz")
    return save_live(saving.to_json(), JobContext(lambda event: None)), saving


@pytest.fixture
def finished(told: Told) -> LiveRun:
    for _ in range(5):
        told.inference(0.02)
        told.power(2.0, 100, lost=3)
    told.run.catch_up()
    return told.run


def test_everything_is_saved_with_its_unit_and_source(finished: LiveRun, tmp_path: Path) -> None:
    result, saving = saved(finished, EVER, tmp_path)
    assert result["files"] == [str(tmp_path / "live.csv"), str(tmp_path / "live-power.csv")]
    assert Saving.from_json(saving.to_json()) == saving
    with (tmp_path / "live.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    latencies = [row for row in rows if row["quantity"] == "latency"]
    assert [float(row["value"]) for row in latencies] == [0.02] * 5
    assert {(row["unit"], row["source"]) for row in latencies} == {("s", "measured")}
    assert {row["unit"] for row in rows if row["quantity"] == "energy"} == {"J"}
    played = read_samples(tmp_path / "live-power.csv")
    assert len(played.samples) == 500
    assert np.isnan(played.samples["power_w"]).sum() == 15
    assert played.period_s == pytest.approx(PERIOD_S)


def test_a_span_is_saved_on_the_same_clock(finished: LiveRun, tmp_path: Path) -> None:
    saved(finished, Span(0.15, 0.35), tmp_path)
    lines = (tmp_path / "live-power.csv").read_text().splitlines()
    assert len(lines) == 1 + 200
    assert float(lines[1].split(",")[0]) == pytest.approx(0.15)
    rows = (tmp_path / "live.csv").read_text().splitlines()[1:]
    assert all(0.15 <= float(row.split(",")[0]) < 0.35 for row in rows)
    assert sum(",latency," in row for row in rows) == 2


def test_nothing_is_left_of_a_saving_that_is_cancelled_or_cannot_be_written(
    finished: LiveRun, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    saving = prepare(finished, EVER, folder / "live.csv", tmp_path / "events.npz")
    words: list[Event] = []
    context = JobContext(words.append)
    context._cancelled.set()
    with pytest.raises(CancelledByUser):
        save_live(saving.to_json(), context)
    assert list(folder.iterdir()) == []
    (folder / "live.csv").mkdir()
    with pytest.raises(ThimbleError, match="cannot write"):
        save_live(saving.to_json(), JobContext(words.append))
    assert [path.name for path in folder.iterdir()] == ["live.csv"]
    with pytest.raises(ThimbleError, match="nothing was measured"):
        prepare(finished, Span(90.0, 91.0), folder / "live.csv", tmp_path / "events.npz")
