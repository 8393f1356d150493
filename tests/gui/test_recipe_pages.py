"""The pages of the recipe: what is clicked and typed stands in it, and the pages follow it."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QSpinBox
from pytestqt.qtbot import QtBot

from core.flow.draft import Step
from core.flow.sections import Section, keys_of
from core.jobs.events import Cancelled, Done, Failed, Partial
from core.recipe import Cluster, Optimizer, PruneKind, QuantizeKind, QuantizeMode, Recipe
from core.recipe_toml import recipe_from_text, write_recipe
from gui.main_window import MainWindow
from gui.side_bar import Place
from gui.widgets.banner import BannerKind
from tests.gui.conftest import PRESETS, FakeJobs

pytestmark = pytest.mark.gui


def choose(box: QComboBox, value: object) -> None:
    box.setCurrentIndex(next(n for n in range(box.count()) if box.itemData(n) is value))
    box.activated.emit(box.currentIndex())


def test_every_key_of_a_recipe_has_a_control(opened: MainWindow) -> None:
    pages = opened.wizard.pages
    training, pruning = pages[Step.TRAINING], pages[Step.PRUNING]
    shown = {
        Section.PRUNE: {*pruning.advanced.form.editors, "kind", "sparsity", "threshold"},
        Section.QUANTIZE: {
            *pages[Step.QUANTIZATION].form.editors,
            *pages[Step.QUANTIZATION].advanced.editors,
            "kind",
        },
        Section.DATA: {*pages[Step.DATA].scaling_form.editors, *pages[Step.DATA].split_form.editors},
        Section.CLUSTER: {n for form in pages[Step.CLUSTERING].card.forms for n in form.editors},
    }
    for section in (Section.FINETUNE, Section.TRAIN, Section.AUGMENT, Section.DISTILL):
        card = getattr(training, section.value)
        shown[section] = {name for form in card.forms for name in form.editors}
    assert shown == {section: set(keys_of(section)) for section in Section}


def test_clustering_says_what_it_saves(opened: MainWindow, qtbot: QtBot) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.CLUSTERING]
    opened.go(Place.CLUSTERING)
    clusters = page.card.control("clusters")
    assert not clusters.isVisible(), "folded away while it is off"
    page.card.switch.click()
    assert flow.recipe.cluster == Cluster()
    assert clusters.isVisible()
    qtbot.waitUntil(lambda: page.values.text().startswith("64 different"))
    assert "half a byte" in page.saving.text()
    clusters.setValue(17)
    assert flow.recipe.cluster == Cluster(clusters=17)
    assert "save no flash" in page.saving.text()
    page.card.switch.click()
    assert flow.recipe.cluster is None
    opened.menus.undo.trigger()
    assert page.card.switch.isChecked()
    assert clusters.value() == 17


def test_training_teacher_and_pictures(opened: MainWindow) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.TRAINING]
    opened.go(Place.TRAINING)
    rate = page.finetune.control("learning_rate")
    assert rate.text() == "0.001", "as many digits as it has"
    rate.setValue(0.00002)
    assert flow.recipe.finetune.learning_rate == 0.00002
    assert rate.text() == "0.00002"
    assert not page.finetune.control("momentum").isEnabled(), "Adam has none"
    choose(page.finetune.control("optimizer"), Optimizer.SGD_DECAY)
    assert flow.recipe.finetune.optimizer is Optimizer.SGD_DECAY
    assert page.finetune.control("momentum").isEnabled()
    stopping = page.finetune.control("early_stopping")
    assert isinstance(stopping, QSpinBox)
    assert stopping.text() == "never"
    page.distill.switch.click()
    page.distill.control("alpha").setValue(0.7)
    assert flow.recipe.distill.alpha == 0.7
    page.augment.switch.click()
    page.augment.control("flip").click()
    assert flow.recipe.augment.flip
    page.finetune.switch.click()
    assert flow.recipe.finetune is None
    for _ in range(7):
        opened.menus.undo.trigger()
    assert flow.recipe == PRESETS["structured"]
    assert rate.text() == "0.001"


def test_every_number_format_can_be_chosen(opened: MainWindow) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.QUANTIZATION]
    opened.go(Place.QUANTIZATION)
    for kind in QuantizeKind:
        page.cards[kind].radio.click()
        assert flow.recipe.quantize.kind is kind
        whole = kind in (QuantizeKind.INT8, QuantizeKind.UINT8)
        assert page.form.control("calibration").isEnabled() is whole
    page.cards[QuantizeKind.INT8].radio.click()
    choose(page.form.control("mode"), QuantizeMode.QAT)
    assert flow.recipe.quantize.mode is QuantizeMode.QAT


def test_a_layer_gets_a_share_of_its_own(opened: MainWindow, qtbot: QtBot) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.PRUNING]
    opened.go(Place.PRUNING)
    table = page.shares
    assert [table.item(row, 0).text() for row in range(2)] == ["conv2d", "dense"]
    assert not table.item(1, 3).flags() & Qt.ItemFlag.ItemIsEditable, "this one cannot be pruned"
    table.item(0, 3).setText("12,5 %")
    assert dict(flow.recipe.prune.layers) == {"conv2d": 0.125}
    assert table.item(0, 3).text() == "12.5"
    table.item(0, 3).setText("much")
    assert dict(flow.recipe.prune.layers) == {}
    opened.menus.undo.trigger()
    qtbot.waitUntil(lambda: table.item(0, 3).text() == "12.5")


def test_a_threshold_takes_the_place_of_an_amount(opened: MainWindow) -> None:
    flow, page = opened.wizard.flow, opened.wizard.pages[Step.PRUNING]
    opened.go(Place.PRUNING)
    page.advanced.by_threshold.setEnabled(True)
    page.expander.button.click()
    page.advanced.by_threshold.click()
    assert flow.recipe.prune.threshold == page.advanced.threshold.value() > 0
    assert not page.slider.isEnabled()
    page.advanced.by_threshold.click()
    assert flow.recipe.prune.threshold is None
    assert page.slider.isEnabled()


def test_which_layers_can_take_it(opened: MainWindow, jobs: FakeJobs, qtbot: QtBot) -> None:
    panel = opened.wizard.pages[Step.PRUNING].sensitivity
    opened.go(Place.PRUNING)
    opened.wizard.flow.edit(Section.DATA, test_fraction=0.5)
    panel.button.click()
    job = jobs.last("sensitivity")
    assert job.params["options"] == {"scaling": "auto", "test_fraction": 0.5, "seed": 0, "stride": 0}
    assert (job.params["kind"], job.params["criterion"], job.params["data"]) == ("structured", "l1", "digits")
    assert not panel.button.isEnabled(), "a second click does nothing twice"
    assert panel.panel.isVisible()
    for layer in ("conv2d", "dense"):
        for fraction in (0.5, 0.9):
            told = {"layer": layer, "fraction": fraction, "accuracy": 1 - fraction, "baseline": 0.99}
            job.send(Partial("sensitivity", told))
    qtbot.waitUntil(lambda: len(panel.plot.points.get("dense", ())) == 3)
    assert panel.plot.points["conv2d"] == [(0.0, 0.99), (0.5, 0.5), (0.9, pytest.approx(0.1))]
    assert [panel.table.item(1, column).text() for column in range(3)] == ["dense", "50.0 %", "10.0 %"]
    job.send(Done({}))
    qtbot.waitUntil(panel.button.isEnabled)
    opened.wizard.flow.choose_pruning(PruneKind.ELEMENT)
    assert "other choices" in panel.message.text()
    panel.button.click()
    assert panel.table.rowCount() == 0
    jobs.last("sensitivity").send(Failed("bad-data", "the data are broken", "mend them"))
    qtbot.waitUntil(lambda: "broken" in panel.message.text())
    panel.button.click()
    jobs.last("sensitivity").send(Cancelled())
    qtbot.waitUntil(lambda: "Stopped" in panel.message.text())


def test_recipes_from_presets_files_and_to_the_clipboard(
    opened: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    flow, review = opened.wizard.flow, opened.wizard.review_page
    opened.go(Place.REVIEW)
    actions = review.recipe.preset.menu().actions()
    assert [action.text() for action in actions] == [recipe.name for recipe in PRESETS.values()]
    actions[1].trigger()
    assert flow.recipe == PRESETS["element"]
    assert opened.wizard.pages[Step.PRUNING].element.radio.isChecked()
    path = tmp_path / "mine.toml"
    mine = Recipe("mine", seed=5, cluster=Cluster(clusters=4))
    write_recipe(mine, path)
    review.recipe.open_recipe(path)
    assert flow.recipe == mine
    assert review.banner.kind is BannerKind.SUCCESS
    review.recipe.copy.click()
    assert recipe_from_text(QApplication.clipboard().text()) == mine
    path.write_text('name = "x"\n[cluster]\nclusters = 1\n')
    review.recipe.open_recipe(path)
    assert review.banner.kind is BannerKind.ERROR
    assert "line 3" in review.banner.text
    assert flow.recipe == mine, "what was chosen stays"
    opened.menus.undo.trigger()
    assert flow.recipe == PRESETS["element"]


def test_the_recipe_has_a_name_and_a_seed(opened: MainWindow) -> None:
    card, flow = opened.wizard.review_page.recipe, opened.wizard.flow
    opened.go(Place.REVIEW)
    card.name.textEdited.emit("for the class")
    card.seed.setValue(11)
    assert (flow.recipe.name, flow.recipe.seed) == ("for the class", 11)
    card.name.textEdited.emit("  ")
    assert flow.recipe.name == "for the class", "a recipe without a name could not be read again"
    assert 'name = "for the class"' in card.toml.toPlainText()


def test_choices_that_do_not_go_together_are_told_where_they_are_made(opened: MainWindow) -> None:
    flow = opened.wizard.flow
    page = opened.wizard.pages[Step.PRUNING]
    flow.choose_pruning(PruneKind.ELEMENT)
    flow.use_recipe(recipe_from_text('name = "x"\n[prune]\nkind = "element"\ncriterion = "activation"\n'))
    assert page.why.text().startswith("⚠")
    assert page.next_button.isEnabled(), "another step may mend it"
    assert not opened.wizard.review_page.next_button.isEnabled()
    assert opened.wizard.review_page.why.text() == page.why.text()
