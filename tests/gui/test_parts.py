"""Ring buffer, job bridge, preview runner, banner, words, recent files: one by one."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pyqtgraph as pg
import pytest
from PySide6.QtCore import QSettings
from PySide6.QtGui import QPainter, QPicture
from pytestqt.qtbot import QtBot

from core.errors import ThimbleError
from core.flow.draft import Problem, Step
from core.jobs.events import Done, Event, Failed, Partial, Progress
from core.preview import Preview
from core.recipe import Cluster, Prune, Quantize
from gui.job_bridge import JobBridge
from gui.plots.confusion import ConfusionMatrix
from gui.plots.training_curve import TrainingCurve
from gui.preview_runner import PreviewRequest, PreviewRunner
from gui.recent import Recent
from gui.theme import DARK, LIGHT, Appearance, Colours, theme
from gui.widgets.banner import Banner, BannerKind
from gui.words import bytes_text, duration, number, percent, problem_text, step_title
from tests.gui.conftest import FakeJobs, fake_preview

pytestmark = pytest.mark.gui


def test_the_bridge_carries_events_to_qts_thread(qtbot: QtBot, jobs: FakeJobs) -> None:
    bridge = JobBridge(jobs)
    heard: list[object] = []
    threads: set[object] = set()

    def hear(*event: object) -> None:
        heard.append(event)
        threads.add(threading.current_thread())

    for signal in (bridge.progressed, bridge.partial, bridge.ended):
        signal.connect(hear)
    samples: list[dict[str, float]] = []
    bridge.start("t", {}, sinks={"sample": samples.append})
    events: list[Event] = [Partial("epoch", {"loss": 1}), Partial("sample", {"v": 2}), Done({"ok": 1})]
    sender = threading.Thread(target=lambda: [jobs.started[0].send(event) for event in events])
    sender.start()
    qtbot.waitUntil(lambda: not bridge.running)
    sender.join()
    assert heard == [("epoch", {"loss": 1}), (Done({"ok": 1}),)]
    assert samples == [{"v": 2}]
    assert threads == {threading.main_thread()}


def test_progress_in_between_is_skipped_the_newest_never(qtbot: QtBot, jobs: FakeJobs) -> None:
    bridge = JobBridge(jobs)
    shown: list[float] = []
    bridge.progressed.connect(lambda progress: shown.append(progress.fraction))
    bridge.start("t", {})
    for step in range(1001):
        jobs.started[0].send(Progress(step / 1000, "busy"))
    jobs.started[0].send(Done({}))
    qtbot.waitUntil(lambda: not bridge.running)
    assert shown == [1.0]


def test_an_abandoned_job_is_not_heard_of_again(qtbot: QtBot, jobs: FakeJobs) -> None:
    bridge = JobBridge(jobs)
    ends: list[object] = []
    bridge.ended.connect(ends.append)
    bridge.start("first", {})
    bridge.start("second", {})
    first, second = jobs.started
    assert first.cancelled
    first.send(Done({"from": "first"}))
    second.send(Done({"from": "second"}))
    qtbot.waitUntil(lambda: bool(ends))
    qtbot.wait(20)
    assert ends == [Done({"from": "second"})]


def request(sparsity: float) -> PreviewRequest:
    return PreviewRequest(Path("m.keras"), Prune(sparsity=sparsity), Quantize(), "virtual-pico")


def test_only_the_newest_preview_counts(qtbot: QtBot) -> None:
    asked: list[float] = []
    go_on = threading.Event()

    def slow(
        model: Path, prune: Prune | None, quantize: Quantize, board: str, cluster: Cluster | None
    ) -> Preview:
        assert prune is not None
        asked.append(prune.sparsity)
        assert go_on.wait(20)
        return fake_preview(model, prune, quantize, board, cluster)

    runner = PreviewRunner(slow)
    shown: list[Preview] = []
    runner.ready.connect(shown.append)
    begun = time.perf_counter()
    for sparsity in (0.1, 0.2, 0.3, 0.4):
        runner.request(request(sparsity))
    assert time.perf_counter() - begun < 10, "a request must not wait for the computation"
    go_on.set()
    qtbot.waitUntil(lambda: bool(shown))
    assert asked == [0.1, 0.4]
    assert [p.parameters_fraction for p in shown] == [pytest.approx(0.4)]
    runner.request(request(0.4))
    assert not runner.busy, "what is shown already is not computed again"
    runner.wait()


def test_a_preview_that_fails_says_why(qtbot: QtBot) -> None:
    def fail(*args: object) -> Preview:
        raise ThimbleError("bad-model", "this is no model")

    runner = PreviewRunner(fail)
    with qtbot.waitSignal(runner.failed) as failed:
        runner.request(request(0.1))
    assert failed.args is not None
    assert failed.args[0].code == "bad-model"
    assert not runner.busy


def test_a_preview_with_a_bug_reaches_the_unexpected(qtbot: QtBot) -> None:
    def bug(*args: object) -> Preview:
        raise ZeroDivisionError("a bug")

    runner = PreviewRunner(bug)
    with qtbot.captureExceptions() as caught:
        runner.request(request(0.1))
        qtbot.waitUntil(lambda: not runner.busy)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ZeroDivisionError


def test_a_banner_shows_details_only_of_the_unexpected(qtbot: QtBot) -> None:
    banner = Banner()
    qtbot.addWidget(banner)
    banner.show_failure(Failed("x", "the disk is full", "delete something", "trace", expected=True))
    assert banner.text == "The disk is full.\nDelete something."
    assert not banner._more.isVisibleTo(banner)
    banner.show_failure(Failed("worker-crashed", "SIGKILL", "", "the details", expected=False))
    assert banner.kind is BannerKind.ERROR
    assert "SIGKILL" not in banner.text
    with qtbot.waitSignal(banner.details_wanted) as wanted:
        banner._more.click()
    assert wanted.args == ["the details"]


def ranges(plot: pg.PlotWidget) -> list[list[float]]:
    return [[round(end, 2) for end in side] for side in plot.getPlotItem().viewRange()]


def numbers_at(plot: pg.PlotWidget, side: str) -> list[str]:
    """The numbers that are drawn along an axis."""
    plot.grab()
    axis = plot.getAxis(side)
    picture = QPicture()
    painter = QPainter(picture)
    specs = axis.generateDrawSpecs(painter)
    painter.end()
    return [text for _, _, text in specs[2]] if specs else []


def test_a_training_curve_forgets_the_last_run(qtbot: QtBot) -> None:
    curve = TrainingCurve()
    qtbot.addWidget(curve)
    curve.resize(800, 220)
    curve.show()
    fresh = [ranges(curve.loss), ranges(curve.accuracy)]
    assert fresh[1][1] == [0, 101]
    assert {"20", "80"} <= set(numbers_at(curve.accuracy, "left"))
    assert numbers_at(curve.accuracy, "bottom") == numbers_at(curve.loss, "left") == []
    for epoch in range(1, 31):
        curve.add_epoch({"epoch": epoch, "loss": 40.0, "accuracy": 0.97, "val_accuracy": 0.96})
    assert [ranges(curve.loss), ranges(curve.accuracy)] != fresh
    assert numbers_at(curve.loss, "left")
    assert numbers_at(curve.loss, "bottom")[0] == "1"
    curve.clear()
    assert [ranges(curve.loss), ranges(curve.accuracy)] == fresh
    assert numbers_at(curve.accuracy, "bottom") == numbers_at(curve.loss, "left") == []


def test_every_step_and_problem_has_words(qtbot: QtBot) -> None:
    assert all(step_title(step) for step in Step)
    assert all(problem_text(problem) for problem in Problem)


def test_numbers_for_people(qtbot: QtBot) -> None:
    assert number(1_199_882) == "1,199,882"
    assert percent(0.0354) == "3.5 %"
    assert [bytes_text(n) for n in (100, 50_946, 270_336, 2_097_152)] == [
        "100 bytes",
        "49.8 KB",
        "264 KB",
        "2.00 MB",
    ]
    assert [duration(s) for s in (0.2, 59, 61, 3700)] == ["1 s", "59 s", "1 min 1 s", "1 h 1 min"]


def test_recent_files_survive_and_leave_out_what_is_gone(tmp_path: Path) -> None:
    path = str(tmp_path / "s.ini")
    recent = Recent(QSettings(path, QSettings.Format.IniFormat))
    files = [tmp_path / f"{n}.keras" for n in range(12)]
    for file in files:
        file.touch()
        recent.add(file)
    recent.add(files[5])
    recent._settings.sync()
    again = Recent(QSettings(path, QSettings.Format.IniFormat))
    assert again.paths()[:3] == [files[5], files[11], files[10]]
    assert len(again.paths()) == 10
    files[5].unlink()
    assert again.paths()[0] == files[11]
    again.clear()
    assert again.paths() == []


def contrast(one: str, other: str) -> float:
    """WCAG 2.1, relative luminance."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_can_be_read_in_both_appearances(colours: Colours) -> None:
    for text in (colours.text, colours.muted, colours.good, colours.bad, colours.link):
        for back in (colours.window, colours.base, colours.alternate):
            assert contrast(text, back) >= 4.5, (text, back)
    for back in (colours.info_back, colours.warning_back, colours.error_back, colours.success_back):
        assert contrast(colours.text, back) >= 4.5
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    for series in colours.series:
        assert contrast(series, colours.base) >= 3.0


def test_the_theme_follows_what_is_chosen(qtbot: QtBot) -> None:
    before = theme().appearance
    try:
        with qtbot.waitSignal(theme().changed):
            theme().set_appearance(Appearance.DARK)
        assert theme().colours is DARK
        theme().set_appearance(Appearance.LIGHT)
        assert theme().colours is LIGHT
    finally:
        theme().set_appearance(before)


def test_the_curve_marks_where_a_phase_begins(qtbot: QtBot) -> None:
    curve = TrainingCurve()
    qtbot.addWidget(curve)
    for epoch, phase in ((1, "train"), (2, "train"), (3, "finetune"), (1, "qat")):
        curve.add_epoch({"epoch": epoch, "loss": 1.0, "accuracy": 0.5, "phase": phase})
    assert curve.marks == {3.0: "finetune", 4.0: "qat"}, "rounds go on where a phase counts its own"
    curve.clear()
    assert (curve.rounds, curve.marks) == (0, {})
    curve.add_epoch({"epoch": 1, "loss": 1.0, "accuracy": 0.5})
    assert curve.marks == {}


def test_the_curve_names_the_pictures_that_judge(qtbot: QtBot) -> None:
    curve = TrainingCurve()
    qtbot.addWidget(curve)
    legend = curve.accuracy.getPlotItem().legend
    names = [label.text for _, label in legend.items]
    assert names == ["training pictures", "test pictures"]
    entry = {"loss": 1.0, "accuracy": 0.5, "val_accuracy": 0.5}
    curve.add_epoch({**entry, "epoch": 1, "validated_on": "held-out"})
    assert legend.items[1][1].text == "training pictures kept aside"
    curve.add_epoch({**entry, "epoch": 2, "validated_on": "test"})
    assert legend.items[1][1].text == curve.judged_on == "training pictures kept aside / test pictures"
    curve.clear()
    assert [label.text for _, label in legend.items] == names


@pytest.mark.parametrize("count", [2, 12, 100])
def test_confusion_matrices_draw_any_number_of_classes(qtbot: QtBot, count: int) -> None:
    matrix = ConfusionMatrix("Before")
    qtbot.addWidget(matrix)
    counts = [[5 if row == column else 1 for column in range(count)] for row in range(count)]
    matrix.show_matrix([f"class {n}" for n in range(count)], counts)
    matrix.resize(matrix.sizeHint())
    shown = matrix.grab().toImage()
    assert f"{5 * count} of {5 * count + count * (count - 1)} right" in matrix.accessibleName()
    colours = {shown.pixelColor(x, shown.height() // 2).name() for x in range(shown.width())}
    assert len(colours) > 2, "shades for right and wrong answers"
