"""What the Live page shows of a real job: from its partials and its result to the saved table."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from core.bench import Source
from core.flow.live_bench import LiveBench
from core.flow.open_run import OpenRun
from core.jobs.context import JobContext
from core.jobs.events import Event, Partial
from core.jobs.tasks.deploy import deploy
from core.jobs.tasks.save_live import save_live
from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.live.saving import prepare
from core.live.signal import EVER
from core.meters.base import samples_of
from core.meters.samples_csv import read_samples, write_samples
from tests.toolchain.boards.tflite_model import write_classifier
from tests.unit.meters.recordings import pulses

pytestmark = pytest.mark.toolchain
RUNS = 5


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classifier(tmp_path_factory.mktemp("model") / "classifier.tflite")


def watched(bench: LiveBench, work: Path) -> LiveRun:
    """The run after its end."""
    bench.check()
    run = LiveRun(bench.timing, bench.metered)

    def take(event: Event) -> None:
        if isinstance(event, Partial):
            run.sinks[event.kind](event.data)

    run.finish(deploy(bench.params(work), JobContext(take))["bench"])
    return run


def saved(run: LiveRun, folder: Path) -> list[dict[str, str]]:
    saving = prepare(run, EVER, folder / "live.csv", folder / "events.npz")
    save_live(saving.to_json(), JobContext(lambda event: None))
    with (folder / "live.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_recording_beside_this_computer(model: Path, tmp_path: Path) -> None:
    recorded = tmp_path / "recorded.csv"
    marker = pulses(RUNS, high=20, low=30)
    write_samples(recorded, [samples_of(np.where(marker, 0.08, 0.02), inputs=marker)], 1e-3)
    opened = OpenRun(tmp_path / "run", model, "digits")
    run = watched(LiveBench(opened, "host", RUNS, meter=f"replay:{recorded}"), tmp_path / "work")
    assert run.power is not None
    assert run.power.count == len(marker)
    assert not (opened.folder / ".power").exists(), "samples are not left in the project"
    assert "it is not of this run" in run.energy_note
    rows = saved(run, tmp_path)
    assert [(row["quantity"], row["source"]) for row in rows] == [("latency", "measured")] * RUNS
    assert len(read_samples(tmp_path / "live-power.csv").samples) == len(marker)


def test_windows_of_time_on_an_emulated_board(model: Path, tmp_path: Path) -> None:
    opened = OpenRun(tmp_path / "run", model, "digits")
    run = watched(LiveBench(opened, "virtual-pico", RUNS, windows=2), tmp_path / "work")
    assert run.signals[Quantity.LATENCY].count == run.signals[Quantity.ENERGY].count == RUNS
    assert run.signals[Quantity.RATE].count == 2
    rate = run.signals[Quantity.RATE].statistics(EVER).mean
    assert rate == pytest.approx(1 / run.signals[Quantity.LATENCY].statistics(EVER).mean, rel=0.05)
    assert {row["source"] for row in saved(run, tmp_path)} == {Source.ESTIMATED.value}
