"""The Live page with a bench and a meter that the test controls: what comes is seen, measured and saved."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from core.flow.open_run import OpenRun
from core.jobs.context import JobContext
from core.jobs.events import Cancelled, Done, Failed, Partial
from core.jobs.tasks.save_live import save_live
from core.live.quantity import Quantity
from core.live.signal import Span
from core.meters.base import MeterInfo, samples_of
from core.meters.stream import SampleWriter
from gui.pages.live.presenter import LivePresenter
from gui.pages.live.tools import Part
from gui.plots.linked_plots import LinkedPlots
from gui.plots.signal_plot import SignalPlot
from gui.services import Services
from gui.theme import Appearance, theme
from gui.widgets.banner import BannerKind
from tests.gui.conftest import FakeJobs
from tests.gui.run_records import deployed

pytestmark = pytest.mark.gui

PERIOD_S = 1e-4
INFERENCES = 30


class Bench:
    """Drives the page: an inference each 0.1 s, a meter with 10,000 samples a second."""

    def __init__(self, live: LivePresenter, jobs: FakeJobs, folder: Path) -> None:
        self.live, self.jobs, self.folder = live, jobs, folder
        self.page = live.view
        self.now_s = 10.0
        model = folder / "model.tflite"
        model.write_bytes(b"a model")
        (folder / "run").mkdir()
        live.set_run(OpenRun(folder / "run", model, "digits"))

    @property
    def plots(self) -> LinkedPlots:
        return self.page.plots

    def begin(self, place: str = "pico", meter: str = "estimate", target: str = "") -> dict[str, Any]:
        form = self.page.form
        form.set_place(place)
        form.meter.setCurrentIndex(form.meter.findData(meter))
        form.target.setText(target)
        form.start.click()
        assert not self.page.banner.isVisible(), self.page.banner.text
        assert self.plots.run is not None
        self.plots.run._clock = lambda: self.now_s
        return self.jobs.started[-1].params

    def tell(self, kind: str, data: dict[str, Any]) -> None:
        self.jobs.started[-1].send(Partial(kind, data))

    def inferences(self, count: int = INFERENCES, energy_j: float | None = None) -> None:
        for index in range(count):
            self.now_s += 0.1
            self.tell("inference", {"index": index, "latency_s": 0.05 + 0.001 * index, "energy_j": energy_j})

    def metered(self, writer: SampleWriter, count: int = INFERENCES, lost: int = 0) -> None:
        for index in range(count):
            power_w = np.full(1000, 0.09)
            power_w[:lost] = np.nan
            writer.add(samples_of(power_w))
            self.now_s += 0.1
            folder = str(self.folder / "power")
            self.tell("power", {"folder": folder, "samples": writer.count, "lost": writer.lost})
            self.tell("inference", {"index": index, "latency_s": 0.05, "energy_j": None})

    def end(self, **bench: Any) -> None:
        result = deployed(self.folder)
        told = {**result["bench"], "timing": "measured", "verified": True, **bench}
        self.jobs.started[-1].send(Done({**result, "bench": told}))


@pytest.fixture
def bench(services: Services, jobs: FakeJobs, tmp_path: Path, qtbot: QtBot) -> Iterator[Bench]:
    """The page by itself, as large as in a window of 1024 × 600."""
    live = LivePresenter(services)
    live.start_wanted.connect(live.start)
    qtbot.addWidget(live.view)
    live.view.resize(828, 575)
    live.view.show()
    yield Bench(live, jobs, tmp_path)
    live.bridge.abandon()
    live.saving.abandon()
    live.close()


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SampleWriter]:
    with SampleWriter(tmp_path / "power", MeterInfo("fake meter", PERIOD_S)) as writer:
        yield writer


def rows(bench: Bench) -> dict[tuple[str, str], list[str]]:
    """What the table of statistics says, by quantity and part."""
    bench.live.show_statistics()
    table = bench.page.statistics
    texts = [
        [table.item(row, column).text() for column in range(table.columnCount())]
        for row in range(table.rowCount())
    ]
    return {(text[0].split(" (")[0], text[1]): text[2:] for text in texts}


def visible(bench: Bench) -> set[Quantity]:
    return {quantity for quantity, plot in bench.plots.plots.items() if plot.plot.isVisibleTo(bench.page)}


def test_what_a_bench_tells_is_seen_while_it_runs(bench: Bench, qtbot: QtBot) -> None:
    params = bench.begin()
    assert params["board"] == "pico"
    assert "meter" not in params
    assert not bench.page.form.isEnabled()
    assert visible(bench) == {Quantity.LATENCY, Quantity.ENERGY}
    bench.inferences(energy_j=0.005)
    latency = bench.plots.plots[Quantity.LATENCY]
    qtbot.waitUntil(
        lambda: latency._curve.getData()[0] is not None and len(latency._curve.getData()[0]) == 30
    )
    assert latency._curve.getData()[1][0] == pytest.approx(50.0), "milliseconds"
    found = rows(bench)[("Latency", "seen")]
    assert (found[0], found[2]) == ("30", "64.50")
    assert bench.plots.plots[Quantity.ENERGY]._curve.opts["pen"].style() is Qt.PenStyle.DashLine
    assert latency._curve.opts["pen"].style() is Qt.PenStyle.SolidLine
    assert "estimate" in bench.plots.plots[Quantity.ENERGY].plot.accessibleName()
    bench.end()
    qtbot.waitUntil(bench.page.form.isEnabled)
    assert bench.page.banner.kind is BannerKind.SUCCESS
    assert (bench.folder / "run" / "deploy.json").is_file(), "reports are made from it"


def test_a_meters_power_is_plotted_and_what_it_lost_is_marked(
    bench: Bench, writer: SampleWriter, qtbot: QtBot
) -> None:
    assert bench.begin(meter="replay", target="power.csv")["meter"] == "replay:power.csv"
    bench.metered(writer, lost=20)
    bench.plots.poll()
    power = bench.plots.plots[Quantity.POWER]
    qtbot.waitUntil(lambda: "600" in power.plot.accessibleName())
    assert visible(bench) == {Quantity.LATENCY, Quantity.POWER, Quantity.ENERGY}
    assert len(power._lost_marks.getData()[0]) >= 30
    assert len(power._curve.getData()[0]) < 5000, "not more than the pixels show"
    found = rows(bench)[("Power", "seen")]
    assert (found[0], found[1], found[2]) == ("30,000", "600", "90.00")
    assert found[-1] == "270.0 mJ"
    assert rows(bench)[("Energy", "seen")][2] == "4.500"
    bench.end(meter={"asked": "replay", "fault": None}, energy=None)
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert bench.page.banner.kind is BannerKind.WARNING
    assert "600 samples of the meter were lost (2.00 %)" in bench.page.banner.text


def test_markers_measure_the_raw_samples_between_them(
    bench: Bench, writer: SampleWriter, qtbot: QtBot
) -> None:
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer)
    bench.plots.poll()
    tools = bench.page.tools
    tools.markers.click()
    assert all(plot.region.isVisible() for plot in bench.plots.plots.values())
    tools.first.setValue(0.95)
    tools.second.setValue(1.95)
    assert bench.plots.selection == Span(0.95, 1.95)
    found = rows(bench)
    assert found[("Power", "A to B")][0] == "10,000"
    assert found[("Power", "A to B")][-1] == "90.00 mJ"
    assert found[("Latency", "A to B")][0] == "10"
    bench.plots.plots[Quantity.POWER].region.setRegion((2.0, 2.5))
    assert bench.plots.selection == Span(2.0, 2.5)
    assert (tools.first.value(), tools.second.value()) == (2.0, 2.5)
    assert bench.plots.plots[Quantity.LATENCY].region.getRegion() == (2.0, 2.5), "markers are the same in all"
    tools.second.setValue(1.0)
    assert bench.plots.selection == Span(1.0, 2.0), "the smaller one is the first"
    tools.markers.click()
    assert bench.plots.selection is None
    assert not tools.first.isEnabled()


def seen(plot: SignalPlot) -> tuple[float, float]:
    begin_s, end_s = plot.plot.getViewBox().viewRange()[0]
    return begin_s, end_s


def test_the_keyboard_moves_zooms_pauses_and_marks(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.inferences()
    bench.plots.poll()
    bench.plots.setFocus()
    latency, energy = (bench.plots.plots[quantity] for quantity in (Quantity.LATENCY, Quantity.ENERGY))
    assert seen(latency) == pytest.approx((0.0, 2.9), abs=1e-3)
    key = QTest.keyClick
    key(bench.plots, Qt.Key.Key_Plus)
    assert seen(latency) == pytest.approx((0.725, 2.175), abs=1e-3)
    key(bench.plots, Qt.Key.Key_Right)
    assert seen(latency)[0] == pytest.approx(0.725 + 1.45 / 4, abs=1e-3)
    bench.inferences(5)
    before = seen(latency)
    bench.plots.poll()
    assert seen(latency) == before, "what somebody looks at stays"
    key(bench.plots, Qt.Key.Key_Home)
    assert seen(latency)[1] == pytest.approx(3.4, abs=1e-3)
    key(bench.plots, Qt.Key.Key_Space)
    assert bench.page.tools.pause.isChecked()
    bench.inferences(5)
    bench.plots.poll()
    assert seen(latency)[1] == pytest.approx(3.4, abs=1e-3)
    key(bench.plots, Qt.Key.Key_Space)
    assert seen(latency)[1] == pytest.approx(3.9, abs=1e-3), "nothing was lost meanwhile"
    key(bench.plots, Qt.Key.Key_M)
    assert bench.plots.selection is not None
    key(bench.plots, Qt.Key.Key_Minus)
    assert seen(latency)[1] > 3.9
    assert seen(energy) == seen(latency) or Quantity.ENERGY not in bench.plots.run.signals


def test_the_wheel_zooms_all_plots_in_time(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.inferences(energy_j=0.004)
    bench.plots.poll()
    latency, energy = (bench.plots.plots[quantity] for quantity in (Quantity.LATENCY, Quantity.ENERGY))
    heights = latency.plot.getViewBox().viewRange()[1]
    middle = QPointF(latency.plot.rect().center())
    place = QPointF(latency.plot.mapToGlobal(latency.plot.rect().center()))
    wheel = QWheelEvent(
        middle, place, QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(latency.plot.viewport(), wheel)
    assert seen(latency)[1] - seen(latency)[0] < 2.9
    assert seen(energy) == pytest.approx(seen(latency))
    assert not bench.plots.viewport.following
    assert latency.plot.getViewBox().viewRange()[1][1] <= heights[1] * 1.2, "heights follow the samples"
    bench.page.tools.whole.click()
    assert bench.plots.viewport.following


def test_a_pi_that_slows_down_is_flagged(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    for second in range(4):
        bench.inferences(5)
        names = ["throttled"] if second == 3 else []
        bench.tell(
            "telemetry",
            {"temperature_c": 60.0 + second, "frequency_hz": 1.5e9, "load": 2.0, "throttling": names},
        )
    bench.plots.poll()
    shown = {Quantity.TEMPERATURE, Quantity.FREQUENCY, Quantity.LOAD, Quantity.LATENCY}
    assert visible(bench) == shown
    marks = bench.plots.plots[Quantity.TEMPERATURE]._slow_marks
    assert marks.getData()[0].tolist() == pytest.approx([1.9, 1.9])
    assert rows(bench)[("Frequency", "seen")][2] == "1,500"
    bench.end(facts={"throttled": True}, throttled_by=["throttled"])
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert bench.page.banner.kind is BannerKind.WARNING
    assert "slowed" in bench.page.banner.text


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
    bench.jobs.started[-1].send(Cancelled())
    qtbot.waitUntil(bench.page.form.isEnabled)
    bench.page.tools.parts[Part.SELECTION].trigger()
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


def test_wrong_choices_are_told_before_anything_starts(bench: Bench) -> None:
    form = bench.page.form
    form.meter.setCurrentIndex(form.meter.findData("replay"))
    form.start.click()
    assert bench.jobs.started == []
    assert bench.page.banner.kind is BannerKind.ERROR
    assert "needs more" in bench.page.banner.text
    form.meter.setCurrentIndex(form.meter.findData("estimate"))
    form.set_place("pi")
    assert form.engine.isVisible()
    form.start.click()
    assert "no raspberry pi is known" in bench.page.banner.text.lower()
    (bench.folder / "model.tflite").unlink()
    form.set_place("pico")
    form.start.click()
    assert "There is no model" in bench.page.banner.text
    assert bench.jobs.started == []


def test_a_new_run_forgets_the_old_one_and_its_samples(
    bench: Bench, writer: SampleWriter, qtbot: QtBot
) -> None:
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer)
    bench.plots.poll()
    bench.plots.toggle_markers()
    bench.jobs.started[-1].send(Cancelled())
    qtbot.waitUntil(bench.page.form.isEnabled)
    assert (bench.folder / "power").exists()
    bench.begin()
    assert not (bench.folder / "power").exists()
    assert bench.plots.selection is None
    assert visible(bench) == {Quantity.LATENCY, Quantity.ENERGY}
    assert not bench.page.tools.save.isEnabled()


def test_the_page_fits_a_small_screen_in_both_appearances(bench: Bench, writer: SampleWriter) -> None:
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer)
    bench.plots.poll()
    bench.plots.toggle_markers()
    bench.live.show_statistics()
    before = theme().appearance
    try:
        for appearance in (Appearance.LIGHT, Appearance.DARK):
            theme().set_appearance(appearance)
            QApplication.processEvents()
            assert bench.page.scroll.horizontalScrollBar().maximum() == 0
            assert bench.page.width() == 828
            pen = bench.plots.plots[Quantity.POWER]._curve.opts["pen"]
            assert pen.color().name() == theme().colours.series[1]
    finally:
        theme().set_appearance(before)


def test_every_control_can_be_reached_with_tab_and_has_a_name(bench: Bench, writer: SampleWriter) -> None:
    bench.begin(meter="replay", target="power.csv")
    bench.metered(writer, 3)
    bench.plots.poll()
    bench.jobs.started[-1].send(Cancelled())
    QApplication.processEvents()
    page, reached = bench.page, set()
    widget: QWidget = page.form.choose
    for _ in range(500):
        widget = widget.nextInFocusChain()
        if (
            widget.isVisible()
            and page.isAncestorOf(widget)
            and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            reached.add(widget)
    tools, form = page.tools, page.form
    for control in (
        form.choose, form.place, form.meter, form.target, form.runs, form.windows, form.start, tools.pause,
        tools.zoom_in, tools.zoom_out, tools.whole, tools.save, tools.markers, page.plots, page.statistics,
    ):  # fmt: skip
        assert control in reached, control
    assert page.plots.accessibleName()
    assert "Arrow keys" in page.plots.accessibleDescription()
