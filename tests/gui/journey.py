"""A person's way through the real window: example → wizard → run → board → export, by clicks and keys.

Run by `test_journey.py` in a process of its own on a display of its own:
``python journey.py structured|element FOLDER SHOTS``. Ends with status 0 when everything was as it should be.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, QSettings, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QScrollArea, QSlider, QSpinBox, QWidget

from core.live.quantity import Quantity
from core.recipe import PruneKind
from gui.app import make_application, make_window
from gui.main_window import MainWindow
from gui.services import real_services
from gui.side_bar import Place
from gui.widgets.banner import BannerKind
from gui.wizards.compress.prune_page import PrunePage

PATIENCE_S = 600.0
EPOCHS = "4"
CLUSTERS = "8"
RUNS = "20"
LEFT = Qt.MouseButton.LeftButton


def wait(ms: int) -> None:
    """Let the window live. `QTest.qWait` would keep Python's lock while it sleeps: threads would starve."""
    ends = time.monotonic() + ms / 1000
    while True:
        QApplication.processEvents()
        if time.monotonic() >= ends:
            return
        time.sleep(0.005)


class Journey:
    """Drives one window. Every click goes to what is really visible at that place."""

    def __init__(self, app: QApplication, window: MainWindow, shots: Path) -> None:
        self.app, self.window, self.shots = app, window, shots
        self._taken = 0

    def until(self, condition: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain for: {what}"
            wait(30)

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.until(widget.isEnabled, f"{widget.accessibleName() or widget} to be enabled")
        at = at or widget.rect().center()
        self.until(lambda: self._hit(widget, at), f"{widget} to be where one can click")
        hit = self._hit(widget, at)
        QTest.mouseClick(hit, LEFT, pos=hit.mapFromGlobal(widget.mapToGlobal(at)))

    def _hit(self, widget: QWidget, at: QPoint) -> QWidget | None:
        """What a click there goes to, when it is the widget; scrolls to it as a person would."""
        for area in self.window.findChildren(QScrollArea):
            if area.isVisible() and area.isAncestorOf(widget):
                area.ensureWidgetVisible(widget)
        wait(30)  # until the page lies as it will
        hit = self.app.widgetAt(widget.mapToGlobal(at))
        return hit if hit is not None and (hit is widget or widget.isAncestorOf(hit)) else None

    def type(self, widget: QLineEdit | QSpinBox, text: str) -> None:
        self.click(widget, QPoint(12, widget.height() // 2))
        QTest.keySequence(widget, "Ctrl+A")
        QTest.keyClicks(widget, text)
        QTest.keyClick(widget, Qt.Key.Key_Tab)

    def shoot(self, name: str) -> None:
        wait(150)
        self._taken += 1
        picture = self.window.screen().grabWindow(0, *self.window.geometry().getRect())
        assert picture.save(str(self.shots / f"{self._taken:02d}-{name}.png"))

    def at(self, place: Place) -> None:
        self.until(lambda: self.window.place is place, f"the place {place.value}")
        assert self.window.side_bar.buttons[place].isChecked()


def start_example(j: Journey) -> None:
    j.shoot("start")
    j.click(j.window.start_view.example_button)
    j.at(Place.MODEL)
    j.click(j.window.wizard.model_page.next_button)
    j.at(Place.DATA)
    page = j.window.wizard.data_page
    j.until(lambda: page.accuracy.isVisible() or page.banner.isVisible(), "the survey")
    assert not page.banner.isVisible(), page.banner.text
    assert page.samples.count == 20
    assert page.scaling.isVisible()
    accuracy = j.window.wizard.session.survey.accuracy
    assert accuracy > 0.95, accuracy
    j.shoot("data")
    j.click(page.next_button)


def choose_pruning(j: Journey, kind: PruneKind) -> None:
    j.at(Place.PRUNING)
    flow = j.window.wizard.flow
    page = j.window.stack.currentWidget()
    assert isinstance(page, PrunePage)
    j.until(lambda: page.preview.parameters.text(), "the preview")
    if kind is PruneKind.ELEMENT:
        j.click(page.element.radio, QPoint(10, page.element.radio.height() // 2))
    assert flow.recipe.prune.kind is kind
    move_slider_and_undo(j, page.slider)
    j.until(lambda: not j.window.wizard.session.runner.busy, "the preview")
    j.shoot("pruning")
    j.click(page.expander.button)
    j.shoot("pruning-advanced")
    j.click(page.next_button)


def move_slider_and_undo(j: Journey, slider: QSlider) -> None:
    """The preview follows the slider; Ctrl+Z brings back what was."""
    flow, session = j.window.wizard.flow, j.window.wizard.session
    chosen = flow.recipe.prune.sparsity
    j.until(lambda: not session.runner.busy, "the preview")
    before = session.preview.parameters_after
    slider.setFocus()
    for _ in range(4):
        QTest.keyClick(slider, Qt.Key.Key_Left)
    assert flow.recipe.prune.sparsity < chosen
    j.until(lambda: not session.runner.busy, "the preview")
    assert session.preview.parameters_after > before
    QTest.keyClick(j.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert flow.recipe.prune.sparsity == chosen


def choose_training(j: Journey, kind: PruneKind) -> None:
    """Shared weights where single ones were zeroed; fewer rounds than the preset has."""
    j.at(Place.CLUSTERING)
    flow, page = j.window.wizard.flow, j.window.stack.currentWidget()
    if kind is PruneKind.ELEMENT:
        j.click(page.card.switch, QPoint(10, page.card.switch.height() // 2))
        assert flow.recipe.cluster is not None
        j.type(page.card.control("clusters"), CLUSTERS)
        assert flow.recipe.cluster.clusters == int(CLUSTERS)
        j.until(lambda: not j.window.wizard.session.runner.busy, "the preview")
        assert page.values.text().startswith(tuple("123456789"))
        j.shoot("clustering")
    j.click(page.next_button)
    j.at(Place.TRAINING)
    training = j.window.stack.currentWidget()
    j.type(training.finetune.control("epochs"), EPOCHS)
    assert flow.recipe.finetune.epochs == int(EPOCHS)
    j.shoot("training")
    j.click(training.next_button)


def finish_wizard(j: Journey) -> None:
    j.at(Place.QUANTIZATION)
    j.shoot("number-format")
    j.click(j.window.stack.currentWidget().next_button)
    j.at(Place.BOARD)
    assert j.window.stack.currentWidget().arena.blocks >= 5
    j.shoot("board")
    j.click(j.window.side_bar.buttons[Place.PRUNING])  # a finished step is revisited
    j.at(Place.PRUNING)
    QTest.keyClick(j.window, Qt.Key.Key_9, Qt.KeyboardModifier.AltModifier)
    j.at(Place.REVIEW)
    review = j.window.wizard.review_page
    j.shoot("review")
    answer_file_dialog(j, "my-recipe.toml")
    j.click(review.recipe.save)
    assert review.banner.kind is BannerKind.SUCCESS, review.banner.text
    j.click(review.next_button)


def run(j: Journey) -> Path:
    j.at(Place.RUN)
    view = j.window.run.view
    j.until(lambda: view.curve.rounds or not j.window.running, "the first training round")
    assert j.window.running, view.banner.text
    assert view.panel.cancel.isVisible()
    j.shoot("running")
    j.until(lambda: not j.window.running, "the end of the job")
    assert view.banner.kind is BannerKind.SUCCESS, view.banner.text
    cluster = j.window.wizard.flow.recipe.cluster
    assert view.curve.rounds == int(EPOCHS) + (cluster.finetune_epochs if cluster else 0)
    j.shoot("result")
    folder = j.window.run.run.folder
    record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    assert record["parameters"]["nonzero"] < 0.1 * record["parameters"]["before"]
    rows = {view.table.item(row, 0).text(): row for row in range(view.table.rowCount())}
    after = view.table.item(rows["Parameters"], 2).text()
    assert after.replace(",", "") == str(record["parameters"]["after"])
    assert view.quantization.isVisible()
    assert view.confusion.isVisible()
    return folder


def deploy(j: Journey) -> None:
    j.click(j.window.run.view.deploy)
    j.at(Place.DEPLOY)
    view = j.window.deploy.view

    def inferences() -> int:
        signals = view.plots.run.signals
        return signals[Quantity.LATENCY].count if Quantity.LATENCY in signals else 0

    assert view.board.currentData() == "virtual-pico"
    j.type(view.runs, RUNS)
    j.click(view.start)
    j.until(lambda: inferences() or not j.window.running, "the first inference")
    j.shoot("deploying")
    j.until(lambda: not j.window.running, "the end of the deployment")
    assert not view.banner.isVisible(), view.banner.text
    assert inferences() == int(RUNS)
    assert view.verdict.text().startswith("✓ Verified"), view.verdict.text()
    for quantity in (Quantity.LATENCY, Quantity.ENERGY):
        assert "estimate" in view.plots.plots[quantity].plot.getPlotItem().titleLabel.text
    j.shoot("deployed")


def export(j: Journey, folder: Path) -> None:
    view = j.window.deploy.view
    for button, name, start in ((view.export.pdf, "r.pdf", b"%PDF"), (view.export.csv, "r.csv", b"")):
        path = folder / name
        answer_file_dialog(j, name)
        j.click(button)
        j.until(lambda: not view.export.bridge.running, "the report")
        assert view.banner.kind is BannerKind.SUCCESS, view.banner.text
        assert path.read_bytes().startswith(start)
        assert path.stat().st_size > 500
    view.scroll.verticalScrollBar().setValue(0)
    j.shoot("exported")


def answer_file_dialog(j: Journey, name: str) -> None:
    """Type a name into the next file dialog and press Enter."""

    def answer() -> None:
        dialog = j.app.activeModalWidget()
        if not isinstance(dialog, QFileDialog) or not dialog.isVisible():
            QTimer.singleShot(50, answer)
            return
        edit = dialog.findChild(QLineEdit, "fileNameEdit")
        QTest.keySequence(edit, "Ctrl+A")
        QTest.keyClicks(edit, name)
        if edit.completer() is not None:
            edit.completer().popup().hide()  # it would take the Enter
        QTest.keyClick(edit, Qt.Key.Key_Return)

    QTimer.singleShot(50, answer)


def main(kind: PruneKind, folder: Path, shots: Path) -> None:
    app = make_application(["thimble"])
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    projects = folder / "projects"
    projects.mkdir()
    if kind is PruneKind.ELEMENT:
        settings.setValue("window/appearance", "dark")
    services = dataclasses.replace(
        real_services(), settings=settings, projects=projects, draft=folder / "draft.json"
    )
    window = make_window(services)
    window.resize(1024, 700)
    window.move(0, 0)
    window.show()
    window.activateWindow()  # no window manager does it here
    assert QTest.qWaitForWindowActive(window)
    journey = Journey(app, window, shots)
    start_example(journey)
    choose_pruning(journey, kind)
    choose_training(journey, kind)
    finish_wizard(journey)
    done = run(journey)
    if kind is PruneKind.STRUCTURED:  # once is enough: a board and reports take the longest
        deploy(journey)
        export(journey, done)
    assert not {"tensorflow", "keras"} & set(sys.modules), "the window imported TensorFlow"
    window.close()
    assert services.settings.value("window/geometry") is not None
    assert (projects / "my-recipe.toml").is_file()


if __name__ == "__main__":
    main(PruneKind(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
