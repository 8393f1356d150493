"""Step 5: how the network is trained again, who teaches it, and whether it is trained from scratch before."""

from __future__ import annotations

from PySide6.QtCore import Slot

from core.flow.draft import Step
from core.flow.sections import Section
from core.recipe import Optimizer, Training
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.section_card import SectionCard
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import tr

_BASIC = ("epochs", "batch_size", "optimizer", "learning_rate")


class TrainingPage(WizardPage):
    """One card a section: fine-tuning, changed pictures, distillation, a baseline from scratch."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.TRAINING,
            tr("Training"),
            tr("What was taken away is missed at first. Some training rounds make up for it."),
        )
        letters = Mnemonics()
        self.finetune = self._card(
            Section.FINETUNE,
            tr("Train again after pruning"),
            tr("More rounds take longer and often give a better accuracy. They are spread over all steps."),
            _BASIC,
            letters,
        )
        self.augment = self._card(
            Section.AUGMENT,
            tr("Change the pictures a little"),
            tr(
                "Each round shows every picture a little moved or mirrored, so that more is learned from few."
            ),
            ("shift", "flip"),
            letters,
        )
        self.distill = self._card(
            Section.DISTILL,
            tr("Let the original model teach"),
            tr("The small network learns from the answers of the large one too (distillation)."),
            ("alpha", "temperature"),
            letters,
        )
        self.train = self._card(
            Section.TRAIN,
            tr("Train from scratch before"),
            tr(
                "Forgets what the model has learned and trains it anew before anything is taken away: "
                "for models without trained weights, and to compare."
            ),
            _BASIC,
            letters,
        )
        self.cards = (self.finetune, self.augment, self.distill, self.train)
        self.body.addStretch(1)
        session.changed.connect(self._show_recipe)
        self.first_control = self.finetune.switch
        self._show_recipe()

    def _card(
        self, section: Section, title: str, about: str, basic: tuple[str, ...], letters: Mnemonics
    ) -> SectionCard:
        card = SectionCard(self.flow, section, title, about, basic, letters)
        self.body.addWidget(card)
        return card

    @Slot()
    def _show_recipe(self) -> None:
        recipe = self.flow.recipe
        for card in self.cards:
            card.show_section()
        for card, training in ((self.finetune, recipe.finetune), (self.train, recipe.train)):
            if training is not None:
                _show_what_counts(card, training)
        self._show_state()


def _show_what_counts(card: SectionCard, training: Training) -> None:
    """Momentum and decay are those of some optimizers only."""
    optimizer = training.optimizer
    used = {
        "momentum": optimizer in (Optimizer.SGD, Optimizer.SGD_DECAY),
        "gamma": optimizer is Optimizer.SGD_DECAY,
        "gamma_epochs": optimizer is Optimizer.SGD_DECAY,
    }
    for name, is_used in used.items():
        card.form_with(name).set_used(name, is_used)
