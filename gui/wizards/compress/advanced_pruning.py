"""The rest of `[prune]`: for those who know what the words mean."""

from __future__ import annotations

from enum import Enum
from typing import TypeVar, cast

from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QWidget

from core.compress.criteria import serves
from core.flow.compress_flow import CompressFlow
from core.recipe import Criterion, Prune, PruneKind, Schedule, Scope, SparsityOf
from gui.widgets.spin_boxes import WholeBox
from gui.words import tr

E = TypeVar("E", bound=Enum)


class AdvancedPruning(QWidget):
    """Criterion, scope, what is counted, schedule and steps."""

    def __init__(self, flow: CompressFlow, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        self._form = QFormLayout(self)
        self._form.setContentsMargins(24, 4, 0, 4)
        self.criterion = self._combo(tr("&Importance is measured by:"), _criteria(), "criterion")
        self.scope = self._combo(tr("&Compare:"), _scopes(), "scope")
        self.of = self._combo(tr("The amount &counts:"), _counted(), "of")
        self.schedule = self._combo(tr("&Take away:"), _schedules(), "schedule")
        self.steps = WholeBox()
        self.steps.setRange(1, 100)
        label = QLabel(tr("&Steps:"))
        label.setBuddy(self.steps)
        self._form.addRow(label, self.steps)
        self.steps.valueChanged.connect(lambda steps: flow.edit_pruning(steps=steps))
        self.steps.editingFinished.connect(flow.end_edit)

    def show_prune(self, prune: Prune) -> None:
        for combo, value in (
            (self.criterion, prune.criterion),
            (self.scope, prune.scope),
            (self.of, prune.of),
            (self.schedule, prune.schedule),
        ):
            combo.setCurrentIndex(next((i for i in range(combo.count()) if combo.itemData(i) is value), -1))
        self.steps.blockSignals(True)
        self.steps.setValue(prune.steps)
        self.steps.blockSignals(False)
        self.steps.setEnabled(prune.schedule is not Schedule.ONE_SHOT)
        self.of.setEnabled(prune.kind is PruneKind.STRUCTURED)
        self._offer_criteria(prune.kind)

    def _offer_criteria(self, kind: PruneKind) -> None:
        """Only those that can rank what is pruned may be chosen."""
        items = cast(QStandardItemModel, self.criterion.model())
        for place in range(self.criterion.count()):
            items.item(place).setEnabled(serves(self.criterion.itemData(place), kind))

    def _combo(self, text: str, words: dict[E, str], field: str) -> QComboBox:
        combo = QComboBox()
        for value, shown in words.items():
            combo.addItem(shown, value)
        combo.activated.connect(lambda index: self._flow.edit_pruning(**{field: combo.itemData(index)}))
        label = QLabel(text)
        label.setBuddy(combo)
        self._form.addRow(label, combo)
        return combo


def _criteria() -> dict[Criterion, str]:
    return {
        Criterion.MAGNITUDE: tr("Size of the weights"),
        Criterion.L1: tr("Sum of the sizes (L1 norm)"),
        Criterion.L2: tr("Root of the sum of squares (L2 norm)"),
        Criterion.GRADIENT: tr("Weight times gradient"),
        Criterion.ACTIVATION: tr("How often the output is zero"),
        Criterion.RANDOM: tr("Chance (for comparison)"),
    }


def _scopes() -> dict[Scope, str]:
    return {
        Scope.GLOBAL: tr("All layers together"),
        Scope.LAYER: tr("Each layer for itself, the same share of each"),
    }


def _counted() -> dict[SparsityOf, str]:
    return {
        SparsityOf.PARAMETERS: tr("Parameters"),
        SparsityOf.STRUCTURES: tr("Filters and neurons"),
    }


def _schedules() -> dict[Schedule, str]:
    return {
        Schedule.ONE_SHOT: tr("All at once"),
        Schedule.ITERATIVE: tr("In equal steps, with training between"),
        Schedule.AGP: tr("In steps that become smaller (AGP)"),
    }
