"""The Live page: what comes is seen and measured, with the mouse and with keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.jobs.events import Cancelled
from core.live.quantity import Quantity
from core.live.signal import Span
from core.meters.stream import SampleWriter
from core.report.bench_record import read_benches
from gui.main_window import MainWindow
from gui.theme import Appearance, theme
from gui.widgets.banner import BannerKind
from tests.gui.live_page import Bench, rows, seen, visible

pytestmark = pytest.mark.gui


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
    qtbot.waitUntil(bench.page.banner.isVisible)
    assert bench.page.form.isEnabled()
    assert bench.page.banner.kind is BannerKind.SUCCESS
    bench.live._keeping.wait()
    assert read_benches(bench.folder / "run"), "reports are made from it"


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


def test_the_keyboard_moves_zooms_pauses_and_marks(bench: Bench, qtbot: QtBot) -> None:
    bench.begin()
    bench.inferences(energy_j=0.004)
    bench.plots.poll()
    bench.plots.setFocus()
    latency, energy = (bench.plots.plots[quantity] for quantity in (Quantity.LATENCY, Quantity.ENERGY))
    assert seen(latency) == pytest.approx((0.0, 2.9), abs=1e-3)
    key = QTest.keyClick
    key(bench.plots, Qt.Key.Key_Plus)
    assert seen(latency) == pytest.approx((0.725, 2.175), abs=1e-3)
    key(bench.plots, Qt.Key.Key_Right)
    assert seen(latency)[0] == pytest.approx(0.725 + 1.45 / 4, abs=1e-3)
    bench.inferences(5, energy_j=0.004)
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
    assert seen(energy) == seen(latency)


def test_windows_of_time_are_seen(bench: Bench, qtbot: QtBot) -> None:
    bench.page.form.windows.setValue(2)
    params = bench.begin()
    assert params["windows"] == 2
    bench.inferences(3)
    for index in range(2):
        bench.now_s += 10.0
        bench.tell("window", {"index": index, "inferences": 400 + 100 * index, "seconds": 10.0})
    bench.plots.poll()
    rate = bench.plots.plots[Quantity.RATE]
    assert Quantity.RATE in visible(bench)
    assert rate._dots.getData()[1].tolist() == [40.0, 50.0]
    assert rows(bench)[("Inferences per second", "seen")][:3] == ["2", "0", "45.00"]


def test_every_plot_is_made_before_a_job_is_watched(window: MainWindow) -> None:
    window.warm_up()
    view = window.live.view
    assert set(view.plots.plots) == set(Quantity)
    shown = {quantity for quantity, plot in view.plots.plots.items() if plot.plot.isVisibleTo(view)}
    assert shown == {Quantity.LATENCY, Quantity.ENERGY}
    assert view.result.isHidden()


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
