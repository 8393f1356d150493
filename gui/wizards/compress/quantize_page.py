"""Step 6: the numbers that the network computes with on the board."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QButtonGroup

from core.flow.draft import Step
from core.flow.sections import Section
from core.recipe import Engine, QuantizeKind, QuantizeMode
from gui.recipe_words import choice_label
from gui.widgets.choice_card import ChoiceCard
from gui.widgets.expander import Expander
from gui.widgets.labels import explanation
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.section_form import SectionForm, other_keys
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import tr

_WHOLE = (QuantizeKind.INT8, QuantizeKind.UINT8)
#: The best start first.
_ORDER = (
    QuantizeKind.INT8,
    QuantizeKind.UINT8,
    QuantizeKind.DYNAMIC,
    QuantizeKind.FLOAT16,
    QuantizeKind.NONE,
)
_BASIC = ("mode", "calibration")


class QuantizePage(WizardPage):
    """One card a number format, and the keys of `[quantize]`."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.QUANTIZATION,
            tr("Number format"),
            tr("Small chips are quick with whole numbers and slow with decimal ones."),
        )
        group = QButtonGroup(self)
        self.cards: dict[QuantizeKind, ChoiceCard] = {}
        for kind in _ORDER:
            card = ChoiceCard(choice_label(Section.QUANTIZE, kind), _about(kind), group)
            card.chosen.connect(lambda kind=kind: self.flow.edit(Section.QUANTIZE, kind=kind))
            self.cards[kind] = card
            self.body.addWidget(card)
        letters = Mnemonics()
        self.form = SectionForm(self.flow, Section.QUANTIZE, _BASIC, letters)
        self.body.addWidget(self.form)
        self.body.addWidget(
            explanation(
                tr(
                    "Some training pictures are shown to the network to learn how large its numbers get. "
                    "A few hundred are enough."
                )
            )
        )
        self.advanced = SectionForm(
            self.flow, Section.QUANTIZE, other_keys(Section.QUANTIZE, "kind", *_BASIC), letters
        )
        self.body.addWidget(Expander(tr("Advanced"), self.advanced))
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.preview)
        self.body.addStretch(1)
        session.changed.connect(self._show_recipe)
        self.first_control = self.cards[QuantizeKind.INT8].radio
        self._show_recipe()

    @Slot()
    def _show_recipe(self) -> None:
        quantize = self.flow.recipe.quantize
        self.cards[quantize.kind].radio.setChecked(True)
        self.form.show_section()
        self.advanced.show_section()
        whole, aware = quantize.kind in _WHOLE, quantize.mode is QuantizeMode.QAT
        self.form.set_used("mode", whole)
        self.form.set_used("calibration", whole)
        self.advanced.set_used("preserve", whole and aware)
        self.advanced.set_used("finetune_epochs", whole)
        trained = quantize.kind is QuantizeKind.INT8 and aware
        self.advanced.set_used("engine", trained or quantize.engine is not Engine.OWN)
        self._show_state()


def _about(kind: QuantizeKind) -> str:
    return {
        QuantizeKind.INT8: tr(
            "Every weight becomes a whole number from −128 to 127 and takes one byte instead of four. The "
            "network becomes four times smaller and runs faster; the accuracy hardly changes. The best start."
        ),
        QuantizeKind.UINT8: tr(
            "The same with numbers from 0 to 255, one range for each layer, as ONNX files have it."
        ),
        QuantizeKind.DYNAMIC: tr(
            "Weights take one byte, and the computing is decimal: a small file for larger computers. "
            "On a microcontroller it is as slow as decimal numbers."
        ),
        QuantizeKind.FLOAT16: tr(
            "The file takes half the space. Microcontrollers compute as slowly as before."
        ),
        QuantizeKind.NONE: tr("Nothing changes: the largest and slowest on a microcontroller."),
    }[kind]
