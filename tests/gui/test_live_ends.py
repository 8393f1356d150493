"""The Live page: what is told before a run begins, what is left after its end, and what is saved."""

from __future__ import annotations

import csv
import dataclasses
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, Failed
from core.jobs.tasks.save_live import save_live
from core.live.quantity import Quantity
from core.live.signal import Span
from core.meters.base import MeterInfo
from core.meters.stream import SampleWriter
from core.report.bench_record import read_benches
from gui.pages.live.tools import Part
from gui.widgets.banner import BannerKind
from tests.gui.live_page import PERIOD_S, PICO, Bench, visible
from tests.gui.run_records import deployed

pytestmark = pytest.mark.gui


def test_the_result_is_told_in_numbers_and_kept(bench: Bench, qtbot: QtBot) -> None:
    """That of a Raspberry Pi too, which has no plan."""
    bench.begin()
    bench.inferences(3)
    assert not bench.page.result.isVisible()
    told = deployed(bench.folder)["bench"] | {"timing": "measured", "board": "pi", "engine": "xnnpack"}
    times = {"inference": {"mean_s": 0.05}, "disk_to_class": {"mean_s": 0.061}, "first_inference_s": 0.06}
    pi = {"title": "Raspberry Pi 4", "where": "raspberrypi.local", "system": "Debian"}
    windows = {"windows": [1, 2, 3], "window_s": 10.0, "median_per_s": 16.25}
    told |= {
        "pi": pi, **times, "asked_engine": "armnn", "instead": "Arm NN is not there", "load_s": 0.01,
        "timed": "disk-to-class", "partial": False, "agreement": "classes", "largest_difference": 0.5,
        "facts": {}, "windows": windows,
    }  # fmt: skip
    model = str(bench.folder / "model.tflite")
    bench.jobs.started[-1].send(Done({"model": model, "bench": told, "verified": True}))
    qtbot.waitUntil(bench.page.result.isVisible)
    result = bench.page.result
    assert result.about.text() == "Result: 3 inferences on Raspberry Pi 4 with xnnpack instead of armnn"
    for number in ("60 ms", "61 ms", "1 ms", "700 µs", "62 ms", "16.25", "5.1 mJ"):
        assert f"<b>{number}</b>" in result.numbers.text(), number
    assert "Verified" in result.remarks.text()
    assert "Arm NN is not there" in result.remarks.text()
    bench.live._keeping.wait()
    [kept] = read_benches(bench.folder / "run")
    assert (kept["model"], kept["bench"]["mean_s"]) == (model, 0.061)
    qtbot.waitUntil(lambda: not bench.live._keeping.busy)
    bench.begin()
    assert not result.isVisible()


def test_a_recording_stands_beside_no_inference(
    bench: Bench, writer: SampleWriter, qtbot: QtBot, tmp_path: Path
) -> None:
    bench.begin(meter="replay", target="power.csv")
    (tmp_path / "power" / "meter.json").write_text(
        json.dumps({**dataclasses.asdict(MeterInfo("replay", PERIOD_S)), "live": False})
    )
    bench.metered(writer)
    note = "the power was recorded earlier: it is not of this run"
    energy = {"source": "measured", "sync": "clock", "of": "replay", "power_w": 0.09, "energy_j": 0.0045}
    bench.end(energy={**energy, "of_this_run": False, "note": note})
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert visible(bench) == {Quantity.LATENCY, Quantity.POWER}
    assert note in bench.page.note.text()


def test_what_is_left_of_a_long_recording_is_taken_piece_by_piece(
    bench: Bench, writer: SampleWriter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.live.power._MOST_AT_ONCE", 3000)
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer)
    run = bench.plots.run
    assert run is not None
    seen: list[int] = []
    bench.live.bridge.ended.connect(lambda _: seen.append(run.power.count if run.power else 0))
    bench.plots.changed.connect(lambda: seen.append(run.power.count if run.power else 0))
    bench.end(energy=None)
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert run.power is not None
    assert run.power.count == 30_000
    assert len({count for count in seen if count < 30_000}) > 3, "the window lives meanwhile"
    assert bench.page.form.isEnabled()


def test_a_board_that_is_not_there_is_told_before_anything_is_built(bench: Bench) -> None:
    form = bench.page.form
    form.set_place("pico")
    form.set_found(())
    form.start.click()
    assert "No Raspberry Pi Pico is plugged in" in bench.page.banner.text
    assert bench.jobs.started == []


def test_a_board_that_the_meter_feeds_need_not_be_there_yet(bench: Bench) -> None:
    form = bench.page.form
    form.set_place("pico")
    form.set_found(())
    form.meter.setCurrentIndex(form.meter.findData("ppk2"))
    form.start.click()
    assert [job.task for job in bench.jobs.started] == ["deploy"]


def test_another_program_is_asked_for_before_it_goes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    form = bench.page.form
    form.set_place("pico")
    form.set_found((replace(PICO, product="a clock", pretended=True),))
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    monkeypatch.setattr(QMessageBox, "question", lambda *args: next(answers))
    form.start.click()
    assert bench.jobs.started == []
    form.start.click()
    assert bench.jobs.started[-1].params["port"] == "PICO-1"
    latency = bench.plots.plots[Quantity.LATENCY]
    assert latency._curve.opts["pen"].style() is Qt.PenStyle.DashLine, "a program counts its cycles"


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (Cancelled(), "What came until then can be saved"),
        (Failed("board-lost", "the board was unplugged", "plug it in again"), "The board was unplugged"),
    ],
)
def test_what_came_before_the_end_can_be_saved(
    bench: Bench, qtbot: QtBot, end: Cancelled | Failed, words: str
) -> None:
    bench.begin()
    bench.inferences(7)
    bench.page.panel.cancel.click()
    assert bench.jobs.started[-1].cancelled
    bench.jobs.started[-1].send(end)
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert words in bench.page.banner.text
    qtbot.waitUntil(lambda: bench.live._end is None)
    out = bench.folder / "kept"
    bench.live.save(Part.ALL, out)
    saving = bench.jobs.last("save-live")
    assert save_live(saving.params, JobContext(lambda event: None))["files"] == [str(out.with_suffix(".csv"))]
    with out.with_suffix(".csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 7


def test_a_part_is_saved_with_progress_and_the_meters_file_is_asked_for(
    bench: Bench, writer: SampleWriter, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer)
    bench.plots.poll()
    bench.plots.select(Span(0.95, 1.95))
    out = bench.folder / "part.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (str(out), ""))
    action, said = bench.page.tools.parts[Part.SELECTION], []

    def save_at_once() -> None:
        action.trigger()
        said.append(bench.page.banner.text)

    bench.live.bridge.ended.connect(save_at_once)
    bench.jobs.started[-1].send(Cancelled())
    qtbot.waitUntil(bench.page.form.isEnabled)
    assert "still being read" in said[0], "a part would be missing"
    qtbot.waitUntil(lambda: bench.live._end is None)
    action.trigger()
    job = bench.jobs.last("save-live")
    assert (job.params["end"] - job.params["begin"], bench.page.saving_panel.isVisible()) == (10_000, True)
    assert not bench.page.form.start.isEnabled(), "its samples would go"
    job.send(Done(save_live(job.params, JobContext(lambda event: None))))
    qtbot.waitUntil(lambda: bench.page.banner.kind is BannerKind.SUCCESS)
    assert bench.page.form.start.isEnabled()
    other = bench.folder / "part-power.csv"
    assert len(other.read_text().splitlines()) == 10_001
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    monkeypatch.setattr(QMessageBox, "question", lambda *args: next(answers))
    started = len(bench.jobs.started)
    bench.page.tools.parts[Part.SEEN].trigger()
    assert len(bench.jobs.started) == started, "the other file stays"
    bench.page.tools.parts[Part.SEEN].trigger()
    assert bench.jobs.last("save-live").params["end"] == 30_000


def test_a_new_run_forgets_the_old_one_and_its_samples(
    bench: Bench, live_cache: Path, writer: SampleWriter, qtbot: QtBot
) -> None:
    params = bench.begin(meter="replay", target="power.csv")
    assert live_cache in Path(params["recording"]).parents, "not in the user's project"
    bench.metered(writer)
    shutil.copytree(bench.folder / "power", Path(params["recording"]) / ".power")
    bench.plots.poll()
    bench.plots.toggle_markers()
    bench.jobs.started[-1].send(Cancelled())
    qtbot.waitUntil(bench.page.form.isEnabled)
    assert [path.name for path in live_cache.rglob("*.raw")] == ["samples.raw"]
    bench.begin()
    assert list(live_cache.rglob("*.raw")) == []
    assert bench.plots.selection is None
    assert visible(bench) == {Quantity.LATENCY, Quantity.ENERGY}
    assert not bench.page.tools.save.isEnabled()
    bench.live.close()
    assert list(live_cache.iterdir()) == []
