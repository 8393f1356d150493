"""Step 4: few different weights, so that each takes fewer bits."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLabel

from core.flow.draft import Step
from core.flow.sections import Section
from core.preview import Preview
from gui.widgets.labels import explanation
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.section_card import SectionCard
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import number, tr

#: A place in a codebook of this size takes half a byte; in a larger one it takes as much as an int8 weight.
_MOST_THAT_SAVE = 16


class ClusterPage(WizardPage):
    """A switch and the keys of `[cluster]`."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.CLUSTERING,
            tr("Clustering"),
            tr("Weights that are almost equal can share one value: then only its number is stored for each."),
        )
        self.card = SectionCard(
            self.flow,
            Section.CLUSTER,
            tr("Let weights share values"),
            tr("Saves flash, but neither memory nor time. Without it this step is left out."),
            ("clusters",),
            Mnemonics(),
        )
        self.saving = QLabel()
        self.saving.setWordWrap(True)
        self.values = explanation()
        self.card.add_detail(self.saving)
        self.card.add_detail(self.values)
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.card)
        self.body.addWidget(self.preview)
        self.body.addStretch(1)
        session.changed.connect(self._show_recipe)
        session.previewed.connect(self._show_values)
        self.first_control = self.card.switch
        self._show_recipe()

    @Slot()
    def _show_recipe(self) -> None:
        self.card.show_section()
        cluster, finetune = self.flow.recipe.cluster, self.flow.recipe.finetune
        words = ""
        if cluster is not None and cluster.clusters > _MOST_THAT_SAVE:
            words = tr(
                "⚠ More than {most} values save no flash on a board: each weight takes a byte as before. "
                "Only the compressed file becomes smaller."
            ).format(most=_MOST_THAT_SAVE)
        elif cluster is not None:
            words = tr("Most weights take half a byte on the board instead of one.")
        if cluster is not None and finetune is None:
            words += " " + tr("The network is not trained afterwards: training is off in the next step.")
        self.saving.setText(words)
        self._show_state()

    @Slot(object)
    def _show_values(self, preview: Preview) -> None:
        shared = preview.shared_values
        if shared is not None:
            self.values.setText(
                tr(
                    "{n} different weights would be left in all layers together (before the number format)."
                ).format(n=number(shared))
            )
