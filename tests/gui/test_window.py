"""The window with fake jobs: places unlock, ends are shown where the user acted, nothing is lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QSize, Qt, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDoubleSpinBox, QMessageBox, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.errors import ThimbleError
from core.flow.draft import WITHOUT_DATA, Step
from core.jobs.events import Cancelled, Done, Failed, Partial, Progress
from core.live.quantity import Quantity
from core.preview import Preview
from core.recipe import PruneKind, Scaling
from core.recipe_toml import read_recipe
from core.report.deploy_record import save_deploy
from gui.error_dialog import ErrorDialog
from gui.main_window import MainWindow
from gui.pages.deploy.view import DeployView
from gui.services import Services
from gui.side_bar import Place
from gui.theme import theme
from gui.widgets.banner import BannerKind
from gui.widgets.page import Page
from tests.gui.conftest import FakeJobs, stop_jobs
from tests.gui.run_records import RUN, SURVEY, deployed, write_run

pytestmark = pytest.mark.gui


def enabled(window: MainWindow) -> set[Place]:
    """Where one can go, apart from what needs no model of the steps."""
    there = {place for place, button in window.side_bar.buttons.items() if button.isEnabled()}
    always = {Place.LIVE, Place.PI, Place.COMPARE}
    assert always <= there
    return there - always


WIZARD = {Place(step.value) for step in Step}


@pytest.fixture
def running(opened: MainWindow, qtbot: QtBot) -> MainWindow:
    opened.go(Place.REVIEW)
    opened.wizard.review_page.next_button.click()
    qtbot.waitUntil(lambda: opened.place is Place.RUN)
    return opened


def test_at_first_there_is_only_the_start(window: MainWindow) -> None:
    assert enabled(window) == {Place.START}
    window.go(Place.DEPLOY)
    assert window.place is Place.START


def test_the_example_opens_the_wizard_and_surveys(
    opened: MainWindow, jobs: FakeJobs, services: Services, qtbot: QtBot
) -> None:
    assert opened.place is Place.MODEL
    assert enabled(opened) == {Place.START, *WIZARD}
    survey = jobs.last("survey")
    assert (survey.params["model"], survey.params["data"]) == (str(services.example), "digits")
    page = opened.wizard.data_page
    opened.wizard.model_page.next_button.click()
    assert page.panel.isVisible()
    survey.send(Progress(0.5, "Testing", 8.0))
    qtbot.waitUntil(lambda: page.panel.text.text() == "Testing")
    assert page.panel.time_left.text() == "50 % · about 8 s left"
    survey.send(Done(SURVEY))
    qtbot.waitUntil(lambda: not page.panel.isVisible())
    assert "97.0 %" in page.accuracy.text()
    assert not page.banner.isVisible()


def test_the_scaling_is_asked_for_and_tried(opened: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    page = opened.wizard.data_page
    opened.go(Place.DATA)
    assert jobs.last("survey").params["options"]["scaling"] == "auto"
    jobs.last("survey").send(Failed("unknown-range", "the range is not known", "take as-is"))
    qtbot.waitUntil(page.banner.isVisible)
    box = page.scaling_form.control("scaling")
    box.setCurrentIndex(box.findData(Scaling.AS_IS))
    box.activated.emit(box.currentIndex())
    assert jobs.last("survey").params["options"]["scaling"] == "as-is"
    assert not page.banner.isVisible()
    jobs.last("survey").send(Done({**SURVEY, "input_range": "as in the file"}))
    qtbot.waitUntil(page.scaling.isVisible)
    assert "as in the file" in page.scaling.text()
    page.again.click()
    jobs.last("survey").send(Done({**SURVEY, "range_known": False}))
    qtbot.waitUntil(page.banner.isVisible)
    assert (page.banner.kind, "Choose it above" in page.banner.text) == (BannerKind.WARNING, True)
    opened.menus.undo.trigger()
    assert jobs.last("survey").params["options"]["scaling"] == "auto", "what is undone is tried again"


def test_a_model_without_data(opened: MainWindow, jobs: FakeJobs) -> None:
    page, flow = opened.wizard.data_page, opened.wizard.flow
    opened.go(Place.DATA)
    surveys = sum(job.task == "survey" for job in jobs.started)
    choices = page.choice.data
    choices.setCurrentIndex(choices.findData(WITHOUT_DATA))
    choices.activated.emit(choices.currentIndex())
    assert flow.draft.data == WITHOUT_DATA
    assert (page.lacking.isVisible(), page.found.isVisible()) == (True, False)
    assert page.next_button.isEnabled()
    assert "[finetune]" in page.why.text(), "what the recipe needs data for"
    assert sum(job.task == "survey" for job in jobs.started) == surveys
    opened.menus.undo.trigger()
    assert page.found.isVisible()
    assert jobs.last("survey").params["data"] == "digits", "and tried again"
    assert sum(job.task == "survey" for job in jobs.started) == surveys + 1


def test_known_sets_in_the_data_folder_can_be_chosen(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    (tmp_path / "mnist.npz").touch()
    window = MainWindow(services)
    qtbot.addWidget(window, before_close_func=stop_jobs)
    window.start.open_example()
    choices = window.wizard.data_page.choice.data
    offered = [choices.itemData(n) for n in range(choices.count())]
    assert offered[:2] == ["digits", "mnist"]
    missing = [choices.itemData(n) for n in range(choices.count()) if "not in your" in choices.itemText(n)]
    assert {"cifar10", "svhn"} <= set(missing), "their files are not there"
    assert "mnist" not in missing
    choices.setCurrentIndex(1)
    choices.activated.emit(1)
    assert window.wizard.flow.draft.data == "mnist"
    assert window.wizard.flow.problem(Step.DATA) is None


def test_a_known_set_that_is_missing_is_downloaded_when_asked_for(
    services: Services, jobs: FakeJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    window = MainWindow(services)
    qtbot.addWidget(window, before_close_func=stop_jobs)
    window.show()
    window.start.open_example()
    choice = window.wizard.data_page.choice
    window.go(Place.DATA)
    assert not choice.download.isVisible(), "the digits are built in"
    window.wizard.flow.set_data("mnist")
    assert choice.download.isVisible()
    assert "MB" in choice.download.text()
    choice.download.click()
    choice.download.click()
    assert [job.task for job in jobs.started].count("download") == 1
    job = jobs.last("download")
    assert job.params == {"name": "mnist"}
    assert jobs.last("survey").cancelled
    job.send(Cancelled())
    qtbot.waitUntil(choice.download.isEnabled)
    assert "goes on" in window.wizard.data_page.banner.text
    choice.download.click()
    surveys = [job.task for job in jobs.started].count("survey")
    (tmp_path / "mnist.npz").touch()
    jobs.last("download").send(Done({"name": "mnist"}))
    qtbot.waitUntil(lambda: not choice.download.isVisible())
    assert [job.task for job in jobs.started].count("survey") == surveys + 1
    assert choice.data.currentData() == "mnist"


def test_the_models_path_does_not_look_like_a_field_to_type_into(opened: MainWindow, qtbot: QtBot) -> None:
    def ground(widget: QWidget, page: Page) -> str:
        content = page.scroll.widget()
        inside = widget.mapTo(content, QPoint(widget.width() - 8, widget.height() // 2))
        return content.grab().toImage().pixelColor(inside).name()

    page, review = opened.wizard.model_page, opened.wizard.review_page
    assert page.model.text().endswith("net.keras")
    assert ground(page.model, page) == theme().colours.window
    opened.go(Place.REVIEW)
    assert ground(review.out, review) == theme().colours.base, "here one can type"
    opened.go(Place.MODEL)
    qtbot.waitUntil(opened.isActiveWindow)
    with qtbot.waitSignal(page.model_wanted):
        page.model_wanted.disconnect(opened.wizard.model_wanted)
        QTest.keyClick(page, Qt.Key.Key_M, Qt.KeyboardModifier.AltModifier)


def test_a_step_is_ticked_as_soon_as_it_is_left(opened: MainWindow) -> None:
    def ticked() -> list[Place]:
        return [place for place, button in opened.side_bar.buttons.items() if button.text().startswith("✓")]

    steps = [Place(step.value) for step in Step]
    assert ticked() == []
    for place, step in enumerate(list(Step)[:-1], start=1):
        opened.wizard.pages[step].next_button.click()
        assert opened.place is steps[place]
        assert ticked() == steps[:place]


@pytest.mark.parametrize(
    ("found", "words"),
    [({"accuracy": 0.12, "near_chance": True}, "guessing"), ({"spare_outputs": 3}, "5 outputs")],
)
def test_a_model_that_may_be_of_other_data_is_warned_about(
    opened: MainWindow, jobs: FakeJobs, qtbot: QtBot, found: dict[str, Any], words: str
) -> None:
    opened.go(Place.DATA)
    jobs.last("survey").send(Done({**SURVEY, **found}))
    banner = opened.wizard.data_page.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.kind is BannerKind.WARNING
    assert words in banner.text
    assert opened.wizard.flow.unlocked(Step.REVIEW)


def test_a_model_that_does_not_fit_its_data_locks_the_steps(
    opened: MainWindow, jobs: FakeJobs, qtbot: QtBot
) -> None:
    opened.go(Place.DATA)
    jobs.last("survey").send(Failed("data-does-not-fit", "the shapes differ", "choose other data"))
    page = opened.wizard.data_page
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.text == "The shapes differ.\nChoose other data."
    assert enabled(opened) == {Place.START, Place.MODEL, Place.DATA}
    assert not page.next_button.isEnabled()
    assert page.why.text()
    page.again.click()
    assert jobs.last("survey") is jobs.started[-1]
    assert not page.banner.isVisible()
    jobs.last("survey").send(Failed("unsupported-operator", "the layer is not known", "replace it"))
    qtbot.waitUntil(lambda: opened.wizard.model_page.banner.text != "")
    assert enabled(opened) == {Place.START, Place.MODEL}


def test_a_file_that_is_no_model_is_told_at_once(
    qtbot: QtBot, jobs: FakeJobs, window: MainWindow, tmp_path: Path
) -> None:
    def refuse(*args: object) -> Preview:
        raise ThimbleError("bad-model", "notes.keras is not a Keras model", "choose another file")

    window.wizard.session.runner._preview = refuse
    path = tmp_path / "notes.keras"
    path.write_text("text")
    window.start.open_path(path)
    banner = window.wizard.model_page.banner
    qtbot.waitUntil(banner.isVisible)
    assert "not a Keras model" in banner.text
    assert Place.PRUNING not in enabled(window)
    page = window.wizard.model_page
    assert "data" not in page.why.text(), "the file is wrong, whatever the data"
    assert jobs.last("survey").cancelled
    assert not window.wizard.data_page.panel.isVisible()


@pytest.mark.parametrize(
    ("name", "says"),
    [("gone.keras", "is not there"), ("notes.txt", "cannot open"), ("empty", "not the folder")],
)
def test_what_cannot_be_opened_is_told_on_the_start_page(
    window: MainWindow, tmp_path: Path, name: str, says: str
) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    window.start.open_path(tmp_path / name)
    assert says in window.start_view.banner.text
    assert window.start_view.banner.isVisible()
    assert window.place is Place.START


def test_dropping_a_model_opens_it(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "other.keras"
    path.write_bytes(b"a model")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.start_view.dropEvent(drop)
    assert window.place is Place.MODEL
    assert window.recent.paths() == [path]


def test_controls_write_the_recipe_and_undo_brings_it_back(opened: MainWindow, qtbot: QtBot) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.PRUNING]
    opened.go(Place.PRUNING)
    page.slider.setValue(600)
    assert flow.recipe.prune.sparsity == 0.6
    assert page.amount.value() == 60.0
    page.amount.setValue(42.5)
    assert (flow.recipe.prune.sparsity, page.slider.value()) == (0.425, 425)
    qtbot.waitUntil(lambda: "57.5 %" in page.preview.parameters.text())
    page.element.radio.click()
    assert flow.recipe.prune.kind is PruneKind.ELEMENT
    assert page.slider.value() == 950
    opened.menus.undo.trigger()
    assert flow.recipe.prune.kind is PruneKind.STRUCTURED
    assert page.structured.radio.isChecked()
    page.none.radio.click()
    assert not page.slider.isEnabled()
    opened.menus.undo.trigger()
    opened.menus.undo.trigger()
    assert (flow.recipe.prune.sparsity, page.slider.value()) == (0.9, 900)
    assert not opened.menus.undo.isEnabled()
    opened.menus.redo.trigger()
    assert flow.recipe.prune.sparsity == 0.425


def test_undo_takes_back_what_was_typed_into_a_spin_box(opened: MainWindow, qtbot: QtBot) -> None:
    flow, page, training = (
        opened.wizard.flow,
        opened.wizard.pages[Step.PRUNING],
        opened.wizard.pages[Step.TRAINING],
    )
    epochs = training.finetune.control("epochs")
    opened.go(Place.PRUNING)
    qtbot.waitUntil(opened.isActiveWindow)

    def type_into(box: QSpinBox | QDoubleSpinBox, text: str) -> None:
        box.setFocus()
        QTest.keySequence(box, "Ctrl+A")
        QTest.keyClicks(box, text)

    type_into(page.amount, "42.5")
    QTest.keyClick(page.amount, Qt.Key.Key_Return)
    assert flow.recipe.prune.sparsity == 0.425
    opened.go(Place.TRAINING)
    type_into(epochs, "12")
    QTest.keyClick(epochs, Qt.Key.Key_Return)
    assert flow.recipe.finetune.epochs == 12
    assert epochs.hasFocus()
    QTest.keySequence(epochs, "Ctrl+Z")
    assert (flow.recipe.finetune.epochs, epochs.value()) == (5, 5)
    opened.go(Place.PRUNING)
    page.amount.setFocus()
    QTest.keySequence(page.amount, "Ctrl+Z")
    assert (flow.recipe.prune.sparsity, page.amount.value()) == (0.9, 90.0)
    QTest.keySequence(page.amount, QKeySequence(QKeySequence.StandardKey.Redo))
    assert flow.recipe.prune.sparsity == 0.425
    type_into(page.amount, "33")
    QTest.keySequence(page.amount, "Ctrl+Z")
    assert page.amount.value() == 42.5, "what is typed and not entered goes first"


def test_too_large_is_said_in_words(opened: MainWindow, qtbot: QtBot) -> None:
    page = opened.wizard.pages[Step.PRUNING]
    page.slider.setValue(100)
    qtbot.waitUntil(lambda: "too much" in page.preview.flash.text)
    assert page.preview.verdict.text().startswith("✗ Does not fit")
    page.slider.setValue(900)
    qtbot.waitUntil(lambda: page.preview.verdict.text().startswith("✓"))


def test_the_recipe_can_be_saved_and_read_again(opened: MainWindow, tmp_path: Path) -> None:
    review = opened.wizard.review_page
    review.recipe.save_recipe(tmp_path / "mine")
    assert read_recipe(tmp_path / "mine.toml") == opened.wizard.flow.recipe
    assert review.banner.kind is BannerKind.SUCCESS
    review.recipe.save_recipe(tmp_path / "no" / "such" / "folder.toml")
    assert review.banner.kind is BannerKind.ERROR


def test_a_folder_in_use_keeps_the_job_from_starting(opened: MainWindow, tmp_path: Path) -> None:
    opened.go(Place.REVIEW)
    review = opened.wizard.review_page
    review.out.setText("")
    review.out.setFocus()
    for text in (str(tmp_path), ""):
        review.out.textEdited.emit(text)
        assert not review.next_button.isEnabled()
        assert review.why.text()


def test_a_run_from_start_to_result(
    running: MainWindow, jobs: FakeJobs, qtbot: QtBot, services: Services
) -> None:
    job, view = jobs.last("compress"), running.run.view
    assert running.place is Place.RUN
    assert jobs.last("survey").cancelled
    assert job.params["recipe"]["prune"]["sparsity"] == 0.9
    assert not WIZARD & enabled(running), "the settings of a running job cannot be changed"
    for epoch in (1, 2):
        job.send(Partial("epoch", {"epoch": epoch, "loss": 1 / epoch, "accuracy": 0.9, "val_accuracy": 0.9}))
    qtbot.waitUntil(lambda: view.curve.rounds == 2)
    write_run(Path(job.params["out"]))
    job.send(Done(RUN))
    qtbot.waitUntil(view.result.isVisible)
    texts = [[view.table.item(r, c).text() for c in range(3)] for r in range(view.table.rowCount())]
    assert ["Parameters", "1,199,882", "41,942"] in texts
    assert ["Different weights, summed over the layers", "800,000", "900"] in texts
    assert ["Keras file", "4.58 MB", "195 KB"] in texts
    assert ["Flash on: Virtual Pico (predicted)", "", "50.0 KB"] in texts
    assert view.quantization.isVisible()
    assert "99.0 %; with the small ones: 98.5 %" in view.quantization.cost.text()
    assert view.quantization.bars._layers == [("conv2d", 31.5), ("dense", 12.25)]
    assert view.findings.text() == "⚠ Hardly better than guessing.\n• The file shrank."
    assert "99.0 % before, 98.5 % now" in view.banner.text
    assert [layer.after for layer in view.layers._layers] == [80, 20_000]
    assert {Place.RUN, Place.DEPLOY, *WIZARD} <= enabled(running)
    assert running.wizard.flow.ready, "another folder is proposed for the next run"
    assert running.recent.paths() == [Path(job.params["out"])]


@pytest.mark.parametrize(
    ("end", "kind"),
    [
        (Cancelled(), BannerKind.INFO),
        (Failed("cannot-write", "the disk is full", "make room"), BannerKind.ERROR),
        (Failed("worker-crashed", "SIGKILL", "", "stderr", expected=False), BannerKind.ERROR),
    ],
)
def test_however_a_run_ends_the_choices_are_kept(
    running: MainWindow, jobs: FakeJobs, qtbot: QtBot, end: Any, kind: BannerKind
) -> None:
    recipe = running.wizard.flow.recipe
    qtbot.mouseClick(running.run.view.panel.cancel, Qt.MouseButton.LeftButton)
    assert jobs.last("compress").cancelled
    assert running.run.view.panel.text.text() == "Stopping…"
    jobs.last("compress").send(end)
    view = running.run.view
    qtbot.waitUntil(view.banner.isVisible)
    assert view.banner.kind is kind
    assert running.findChild(ErrorDialog) is None
    view.back.click()
    assert running.place is Place.REVIEW
    assert running.wizard.flow.recipe == recipe
    assert running.wizard.review_page.next_button.isEnabled()


def test_a_job_started_again_begins_with_empty_plots(
    running: MainWindow, jobs: FakeJobs, qtbot: QtBot
) -> None:
    view = running.run.view
    plots = (view.curve.loss, view.curve.accuracy)
    fresh = [plot.getPlotItem().viewRange() for plot in plots]
    for epoch in range(1, 21):
        values = {"epoch": epoch, "loss": 30.0, "accuracy": 0.97, "val_accuracy": 0.96}
        jobs.last("compress").send(Partial("epoch", values))
    qtbot.waitUntil(lambda: view.curve.rounds == 20)
    assert [plot.getPlotItem().viewRange() for plot in plots] != fresh
    view.panel.cancel.click()
    jobs.last("compress").send(Cancelled())
    qtbot.waitUntil(view.back.isEnabled)
    view.back.click()
    running.wizard.review_page.next_button.click()
    qtbot.waitUntil(lambda: running.place is Place.RUN)
    assert view.curve.rounds == 0
    assert [plot.getPlotItem().viewRange() for plot in plots] == fresh


def test_cancel_keeps_the_keyboard_on_the_page(running: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    view, panel = running.run.view, running.run.view.panel
    qtbot.waitUntil(panel.cancel.hasFocus)
    jobs.last("compress").send(Progress(0.2, "Writing", cancellable=False))
    qtbot.waitUntil(panel.bar.hasFocus)
    jobs.last("compress").send(Progress(0.3, "Going on"))
    qtbot.waitUntil(panel.cancel.hasFocus)
    QTest.keyClick(panel.cancel, Qt.Key.Key_Space)
    assert jobs.last("compress").cancelled
    assert panel.bar.hasFocus()
    jobs.last("compress").send(Cancelled())
    qtbot.waitUntil(view.back.hasFocus)


def test_deploying_keeps_the_keyboard_on_the_page(
    window: MainWindow, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path
) -> None:
    window.start.open_path(write_run(tmp_path / "run"))
    window.go(Place.DEPLOY)
    view = window.deploy.view
    qtbot.waitUntil(view.start.hasFocus)
    QTest.keyClick(view.start, Qt.Key.Key_Space)
    assert view.panel.cancel.hasFocus()
    QTest.keyClick(view.panel.cancel, Qt.Key.Key_Space)
    assert view.panel.bar.hasFocus()
    jobs.last("deploy").send(Cancelled())
    qtbot.waitUntil(view.start.hasFocus)
    view.export.pdf.setFocus()
    view.export.export("pdf", tmp_path / "report")
    assert view.export.panel.cancel.hasFocus()
    jobs.last("report").send(Done({"pdf": "report.pdf"}))
    qtbot.waitUntil(view.export.pdf.hasFocus)


def test_the_unexpected_reaches_the_dialog_once(running: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    jobs.last("compress").send(Failed("unexpected", "a bug", "", "Traceback: a bug", expected=False))
    qtbot.waitUntil(lambda: running.findChild(ErrorDialog) is not None)
    running.show_details("another")
    dialogs = running.findChildren(ErrorDialog)
    assert [dialog.details.toPlainText() for dialog in dialogs] == ["Traceback: a bug"]
    dialogs[0].copy.click()
    assert QApplication.clipboard().text() == "Traceback: a bug"
    dialogs[0].reject()


def test_writing_a_board_cannot_be_cancelled(running: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    panel = running.run.view.panel
    jobs.last("compress").send(Progress(0.5, "Writing", cancellable=False))
    qtbot.waitUntil(lambda: not panel.cancel.isEnabled())
    assert panel.cancel.toolTip()
    jobs.last("compress").send(Progress(0.6, "Going on"))
    qtbot.waitUntil(panel.cancel.isEnabled)


def test_closing_during_a_job_asks(
    running: MainWindow, jobs: FakeJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *args: answers.pop(0))
    assert not running.close()
    assert running.isVisible()
    assert not jobs.last("compress").cancelled
    assert running.close()
    assert jobs.last("compress").cancelled
    assert answers == []


def test_a_run_of_another_day_is_deployed_and_exported(
    window: MainWindow, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "old")
    window.start.open_path(folder / "run.json")
    assert window.place is Place.RUN
    assert window.run.view.curve.rounds == 1
    window.run.view.deploy.click()
    view = window.deploy.view
    view.runs.setValue(3)
    view.start.click()
    job = jobs.last("deploy")
    assert (job.params["model"], job.params["runs"]) == (str(folder / "model.tflite"), 3)
    for index in range(3):
        job.send(Partial("inference", {"index": index, "latency_s": 0.06, "energy_j": None, "cycles": 1}))
    qtbot.waitUntil(lambda: drawn(view, Quantity.LATENCY) == [60.0, 60.0, 60.0])
    assert "estimate" in title(view, Quantity.LATENCY)
    assert job.params["record"] == str(folder)
    save_deploy(folder, deployed(folder))  # as the job does
    job.send(Done(deployed(folder)))
    qtbot.waitUntil(view.result.isVisible)
    assert view.verdict.text().startswith("✓ Verified")
    view.export.export("pdf", tmp_path / "report")
    report = jobs.last("report")
    assert report.params == {"run": str(folder), "pdf": str(tmp_path / "report.pdf"), "csv": None}
    report.send(Done({"pdf": report.params["pdf"]}))
    qtbot.waitUntil(lambda: view.banner.kind is BannerKind.SUCCESS)
    view.export.export_code("arduino", tmp_path)
    code = jobs.last("export-code")
    assert code.params == {
        "model": str(folder / "model.tflite"),
        "board": "virtual-pico",
        "format": "arduino",
        "name": window.deploy.view.export._run.title,
        "out": str(tmp_path / f"{window.deploy.view.export._run.title}-arduino"),
    }
    code.send(Done({"code": code.params["out"]}))
    qtbot.waitUntil(lambda: "The C code is written" in view.banner.text)
    window.start.open_path(folder)
    assert view.verdict.text().startswith("✓ Verified"), "the earlier deployment is shown again"
    window.go(Place.DEPLOY)
    qtbot.waitUntil(lambda: drawn(view, Quantity.LATENCY) == pytest.approx([60.0, 61.0, 62.0]))
    assert drawn(view, Quantity.ENERGY) == pytest.approx([5.1, 5.185, 5.27])
    assert "estimate: typical power" in title(view, Quantity.ENERGY)
    assert "of the last time" in view.note.text()


def drawn(view: DeployView, quantity: Quantity) -> list[float]:
    """The values of a curve as people read them."""
    values = view.plots.plots[quantity]._curve.getData()[1]
    return [] if values is None else [float(value) for value in values]


def title(view: DeployView, quantity: Quantity) -> str:
    return str(view.plots.plots[quantity].plot.getPlotItem().titleLabel.text)


def test_measured_energy_of_another_day_is_drawn_as_measured(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = write_run(tmp_path / "run")
    result = deployed(folder)
    each_j = [0.004, 0.006]
    energy = {"source": "measured", "power_w": 0.09, "energy_j": 0.005, "each_j": each_j, "of_this_run": True}
    bench = {**result["bench"], "timing": "measured", "energy": energy, "meter": {"asked": "ppk2"}}
    save_deploy(folder, {**result, "bench": bench})
    window.start.open_path(folder)
    window.go(Place.DEPLOY)
    view = window.deploy.view
    qtbot.waitUntil(lambda: drawn(view, Quantity.ENERGY) == pytest.approx([4.0, 6.0]))
    assert "estimate" not in title(view, Quantity.ENERGY) + title(view, Quantity.LATENCY)
    assert "estimate" not in view.note.text()


def test_the_live_plot_says_what_the_chosen_boards_times_are(
    window: MainWindow, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path
) -> None:
    view = window.deploy.view

    def says() -> tuple[bool, bool]:
        return "estimate" in title(view, Quantity.LATENCY), "estimated" in view.note.text()

    window.start.open_path(write_run(tmp_path / "run"))
    window.go(Place.DEPLOY)
    assert str(view.board.currentData()).startswith("virtual-")
    assert says() == (True, True)
    for board, estimated in (("host", False), ("virtual-nano", True), ("host", False)):
        view.board.setCurrentIndex(view.board.findData(board))
        assert says() == (estimated, estimated), board
    view.start.click()
    jobs.last("deploy").send(Partial("inference", {"index": 0, "latency_s": 0.06, "energy_j": None}))
    jobs.last("deploy").send(Cancelled())
    qtbot.waitUntil(lambda: not window.running)
    view.board.setCurrentIndex(view.board.findData("virtual-pico"))
    assert says() == (False, False), "the curve that is shown was measured"


def test_one_wrong_byte_is_an_error(window: MainWindow, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run")
    window.start.open_path(folder)
    window.go(Place.DEPLOY)
    window.deploy.view.start.click()
    jobs.last("deploy").send(Done({**deployed(folder), "verified": False}))
    qtbot.waitUntil(window.deploy.view.banner.isVisible)
    assert window.deploy.view.banner.kind is BannerKind.ERROR
    assert window.deploy.view.verdict.text().startswith("✗ Not verified")


def test_a_tflite_file_goes_to_the_board_page(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "ready.tflite"
    path.write_bytes(b"model")
    window.start.open_path(path)
    assert window.place is Place.DEPLOY
    assert not window.deploy.view.export.pdf.isEnabled()


def test_the_window_comes_back_as_it_was_left(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    window.resize(800, 500)
    assert window.close()
    again = MainWindow(services)
    qtbot.addWidget(again)
    assert (again.width(), again.height()) == (800, 500)


def test_the_first_window_fits_the_screen(
    services: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Screen:
        def availableSize(self) -> QSize:  # noqa: N802 - Qt's name
            return QSize(1024, 560)

    monkeypatch.setattr(MainWindow, "screen", lambda self: Screen())
    small = MainWindow(services)
    qtbot.addWidget(small)
    assert small.width() <= 1024
    assert small.height() <= 560


def test_every_control_has_a_name(opened: MainWindow) -> None:
    """For screen readers: text, an accessible name, or a label whose buddy it is."""
    from PySide6.QtWidgets import (
        QAbstractButton,
        QAbstractSpinBox,
        QComboBox,
        QLabel,
        QLineEdit,
        QListWidget,
        QSlider,
    )

    kinds = (QAbstractButton, QAbstractSpinBox, QComboBox, QLineEdit, QListWidget, QSlider)
    buddies = {label.buddy() for label in opened.findChildren(QLabel)}

    def is_named(widget: QWidget) -> bool:
        text = getattr(widget, "text", lambda: "")()
        inside = isinstance(widget.parent(), QAbstractSpinBox | QComboBox) or widget.objectName().startswith(
            "qt_"
        )
        label = isinstance(widget, QAbstractButton) and text
        return bool(inside or label or widget.accessibleName() or widget in buddies)

    nameless = [w for kind in kinds for w in opened.findChildren(kind) if not is_named(w)]
    assert nameless == []


@pytest.mark.parametrize("size", [(1024, 700), (800, 440)])
def test_pages_fit_by_scrolling(opened: MainWindow, qtbot: QtBot, size: tuple[int, int]) -> None:
    opened.resize(*size)
    for place in (Place.START, *WIZARD):
        opened.go(place)
        qtbot.wait(10)
        page = opened._pages[place]
        bar = page.scroll.horizontalScrollBar()
        assert bar.maximum() == 0, f"{place} is too wide by {bar.maximum()} at {size}"
        corner = page.mapTo(opened, QPoint(page.width(), page.height()))
        assert corner.x() <= opened.width()
        assert corner.y() <= opened.height()


def test_comparing_does_not_stop_a_download(
    services: Services, jobs: FakeJobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setenv("THIMBLE_DATA", str(tmp_path))
    window = MainWindow(services)
    qtbot.addWidget(window, before_close_func=stop_jobs)
    window.start.open_example()
    window.wizard.flow.set_data("mnist")
    window.wizard.data_page.choice.start_download()
    monkeypatch.setattr(window.compare, "start", lambda: None)
    window._start_comparing()
    assert not jobs.last("download").cancelled
    window.close()
    assert jobs.last("download").cancelled
