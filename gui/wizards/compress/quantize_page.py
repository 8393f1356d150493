"""Step 3: the numbers that the network computes with on the board."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup, QFormLayout, QLabel

from core.flow.compress_flow import Step
from core.recipe import QuantizeKind
from gui.widgets.choice_card import ChoiceCard
from gui.widgets.labels import explanation
from gui.widgets.spin_boxes import WholeBox
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import tr


class QuantizePage(WizardPage):
    """int8 is what the C code of this version computes with."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.QUANTIZATION,
            tr("Number format"),
            tr("Small chips are quick with whole numbers and slow with decimal ones."),
        )
        self.int8 = ChoiceCard(
            tr("Small whole numbers (int8)"),
            tr(
                "Every weight becomes a whole number from −128 to 127 and takes one byte instead of four. "
                "The network becomes four times smaller and runs faster; the accuracy hardly changes. "
                "Boards compute with these numbers in this version."
            ),
            QButtonGroup(self),
        )
        self.int8.chosen.connect(lambda: self.flow.edit_quantization(kind=QuantizeKind.INT8))
        self.calibration = WholeBox()
        self.calibration.setRange(1, 100_000)
        label = QLabel(tr("Pictures that set the &ranges:"))
        label.setBuddy(self.calibration)
        form = QFormLayout()
        form.addRow(label, self.calibration)
        self.calibration.valueChanged.connect(lambda n: self.flow.edit_quantization(calibration=n))
        self.calibration.editingFinished.connect(self.flow.end_edit)
        self.body.addWidget(self.int8)
        self.body.addLayout(form)
        self.body.addWidget(
            explanation(
                tr(
                    "Some training pictures are shown to the network to learn how large its numbers get. "
                    "A few hundred are enough."
                )
            )
        )
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.preview)
        self.body.addStretch(1)
        session.changed.connect(self._show_recipe)
        self.first_control = self.calibration
        self._show_recipe()

    @Slot()
    def _show_recipe(self) -> None:
        quantize = self.flow.recipe.quantize
        self.int8.radio.setChecked(quantize.kind is QuantizeKind.INT8)
        self.calibration.blockSignals(True)
        self.calibration.setValue(quantize.calibration)
        self.calibration.blockSignals(False)
        self._show_state()
