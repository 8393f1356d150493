"""The rest of `[prune]`: for those who know what the words mean."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from core.compress.criteria import serves
from core.flow.compress_flow import CompressFlow
from core.flow.sections import Section
from core.recipe import Engine, Prune, PruneKind, Schedule
from gui.widgets.key_editors import ChoiceEditor
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.section_form import SectionForm, other_keys
from gui.widgets.spin_boxes import NumberBox
from gui.words import tr

#: Where a threshold begins when it is switched on.
_FIRST_THRESHOLD = 0.05


class AdvancedPruning(QWidget):
    """Criterion, scope, what is counted, schedule and steps; a threshold in place of an amount."""

    def __init__(self, flow: CompressFlow, letters: Mnemonics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = flow
        names = other_keys(Section.PRUNE, "kind", "sparsity", "threshold")
        self.form = SectionForm(flow, Section.PRUNE, names, letters)
        self.by_threshold = QCheckBox(letters.mark(tr("Remove what scores below:")))
        self.by_threshold.setToolTip(tr("In place of an amount: whatever matters less than this goes."))
        self.threshold = NumberBox()
        self.threshold.setRange(0.0, 1e6)
        self.threshold.setAccessibleName(tr("Score below which everything is removed"))
        row = QHBoxLayout()
        row.addWidget(self.by_threshold)
        row.addWidget(self.threshold)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 4, 0, 4)
        layout.addWidget(self.form)
        layout.addLayout(row)
        self.by_threshold.clicked.connect(self._switch_threshold)
        self.threshold.valueChanged.connect(lambda score: flow.edit(Section.PRUNE, threshold=score))
        self.threshold.editingFinished.connect(flow.end_edit)

    @property
    def criterion(self) -> ChoiceEditor:
        editor = self.form.editors["criterion"]
        assert isinstance(editor, ChoiceEditor)  # noqa: S101 - the key is an enum
        return editor

    def show_prune(self, prune: Prune) -> None:
        """Follow the flow; what says nothing for this kind of pruning is greyed out."""
        self.form.show_section()
        self.form.set_used("steps", prune.schedule is not Schedule.ONE_SHOT)
        self.form.set_used("of", prune.kind is PruneKind.STRUCTURED and prune.threshold is None)
        self.form.set_used("engine", prune.kind is PruneKind.ELEMENT or prune.engine is not Engine.OWN)
        self.criterion.offer(lambda criterion: serves(criterion, prune.kind))
        self.by_threshold.setChecked(prune.threshold is not None)
        self.threshold.setEnabled(prune.threshold is not None)
        self.threshold.blockSignals(True)
        self.threshold.setValue(prune.threshold or 0.0)
        self.threshold.blockSignals(False)

    @Slot(bool)
    def _switch_threshold(self, on: bool) -> None:
        self._flow.edit(Section.PRUNE, threshold=_FIRST_THRESHOLD if on else None)
        self._flow.end_edit()
