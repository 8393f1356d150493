"""A meter that records in its own process while something else is done."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.bench import Measurement, Series, Source, Sync
from core.boards.agreement import Rule
from core.errors import CancelledByUser, ThimbleError
from core.jobs.context import JobContext
from core.jobs.events import Event, Partial
from core.meters.base import samples_of
from core.meters.metering import FOLDER, metering, require_measured
from core.meters.samples_csv import read_samples, write_samples
from core.meters.session import Grown, MeterSession
from core.meters.stream import SampleReader
from tests.unit.meters.fake_ppk2 import FakePpk2
from tests.unit.meters.recordings import pulses

PERIOD_S = 1e-3
SERIES = Series((0.010,) * 5)


@pytest.fixture(scope="module")
def power_csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five inferences of 10 ms at 100 mW, 20 mW between them."""
    path = tmp_path_factory.mktemp("power") / "power.csv"
    marker = pulses(5, high=10, low=10)
    write_samples(path, [samples_of(np.where(marker, 0.1, 0.02), voltage_v=5.0, inputs=marker)], PERIOD_S)
    return path


def measurement() -> Measurement:
    return Measurement("pico", "thimble-c", SERIES, Source.MEASURED, None, True, Rule.BYTES)


def test_a_replay_is_measured_from_its_process_to_the_energy(power_csv: Path, tmp_path: Path) -> None:
    events: list[Event] = []
    csv = tmp_path / "again.csv"
    with metering(f"replay:{power_csv}", tmp_path, JobContext(events.append), csv) as meter:
        assert meter.measures
        meter.before_series()
        for _ in SERIES.times_s:
            meter.inference_ended()
        outcome = meter.outcome(measurement())
    energy = outcome.measurement.energy
    assert energy is not None
    assert (energy.source, energy.sync, energy.inferences) == (Source.MEASURED, Sync.MARKER, 4)
    assert energy.energy_j == pytest.approx(1e-3, rel=1e-4)
    assert (energy.of, energy.supply_v) == ("replay of power.csv", 5.0)
    told = outcome.to_json()
    assert told["energy"]["sync"] == "marker"
    assert told["meter"]["fault"] is None
    assert told["meter"]["trace"]["pulses"][0] == pytest.approx([0.010, 0.020])
    require_measured(told)
    grown = [event.data for event in events if isinstance(event, Partial) and event.kind == "power"]
    assert grown
    assert SampleReader(Path(grown[-1]["folder"])).count == 110
    assert np.array_equal(read_samples(csv).samples["power_w"], read_samples(power_csv).samples["power_w"])


def test_a_disk_without_room_for_the_samples_leaves_the_energy(power_csv: Path, tmp_path: Path) -> None:
    csv = tmp_path / "gone" / "power.csv"
    with metering(f"replay:{power_csv}", tmp_path, JobContext(lambda _: None), csv) as meter:
        for _ in SERIES.times_s:
            meter.inference_ended()
        told = meter.outcome(measurement()).to_json()
    assert told["energy"]["inferences"] == 4
    assert told["meter"]["fault"]["code"] == "cannot-write"
    with pytest.raises(ThimbleError, match="cannot write"):
        require_measured(told)


def test_without_a_meter_the_estimate_stays(tmp_path: Path) -> None:
    for text in (None, "estimate"):
        with metering(text, tmp_path, JobContext(lambda _: None)) as meter:
            assert not meter.measures
            meter.before_series()
            meter.inference_ended()
            assert meter.outcome(measurement()).to_json() == measurement().to_json()
    assert list(tmp_path.iterdir()) == []


def test_a_meter_that_cannot_be_opened_ends_it_before_anything_is_done(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught, MeterSession(f"replay:{tmp_path / 'no.csv'}", tmp_path / "r"):
        pass
    assert caught.value.code == "missing-file"


def test_cancelling_while_it_is_opened(power_csv: Path, tmp_path: Path) -> None:
    def stop() -> None:
        raise CancelledByUser

    session = MeterSession(f"replay:{power_csv}", tmp_path / "r", check=stop)
    with pytest.raises(CancelledByUser), session:
        pass


@pytest.fixture
def kit() -> Iterator[FakePpk2]:
    """A PPK2 that sends as fast as a real one."""
    with FakePpk2(rate_hz=100_000) as kit:
        yield kit


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_meter_that_is_unplugged_leaves_the_latencies(kit: FakePpk2, tmp_path: Path) -> None:
    seen = threading.Event()

    def see(grown: Grown) -> None:
        seen.set()

    folder = tmp_path / "r"
    complaints: list[ThimbleError] = []
    with MeterSession(f"ppk2:{kit.port}", folder, see, on_fault=complaints.append) as session:
        assert seen.wait(60)
        kit.unplug()
        deadline_s = time.monotonic() + 60
        while session.fault is None:
            assert time.monotonic() < deadline_s
            time.sleep(0.02)
        with pytest.raises(ThimbleError, match="was unplugged"):
            session.recording()
    assert SampleReader(folder).count > 0  # what came before stays
    assert [complaint.code for complaint in complaints] == ["meter-failed"]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_a_marker_that_is_not_wired_is_told_and_one_that_no_pin_gives_is_not_waited_for(
    kit: FakePpk2, tmp_path: Path
) -> None:
    with metering(f"ppk2:{kit.port},voltage=3.3", tmp_path, JobContext(lambda _: None)) as meter:
        kept = SampleReader(tmp_path / FOLDER)
        time.sleep(0.3)
        assert kept.count == 0  # what takes long before a series does not fill the disk
        meter.before_series()
        for _ in SERIES.times_s:
            meter.inference_ended()
            time.sleep(0.05)
        outcome = meter.outcome(measurement())
        without_pin = meter.outcome(replace(measurement(), board="host")).measurement.energy
    assert without_pin is not None
    assert (without_pin.sync, without_pin.energy_std_j) == (Sync.CLOCK, None)
    assert outcome.measurement.energy is None
    assert outcome.measurement.series == SERIES
    told = outcome.to_json()
    assert told["meter"]["fault"]["code"] == "marker-missing"
    with pytest.raises(ThimbleError, match="saw the marker rise 0 times") as caught:
        require_measured(told)
    assert "wire the board's marker pin, GP2" in caught.value.hint
