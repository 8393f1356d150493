"""Step 8: everything in words, the folder of the results, and Start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton

from codegen.targets.board import all_boards
from core.data.known.source import known_set
from core.flow.draft import WITHOUT_DATA, Step
from core.flow.resume import resumable
from gui.widgets.labels import card, heading
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.recipe_card import RecipeCard
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import tr


class ReviewPage(WizardPage):
    """Its Next is Start."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.REVIEW,
            tr("Review"),
            tr("This is what will be done. Your own file stays as it is."),
        )
        self.next_button.setText(tr("Start"))
        self.facts = QLabel()
        self.facts.setWordWrap(True)
        self.recipe = RecipeCard(session, self.banner)
        self.body.addWidget(card(heading(tr("The model")), self.facts))
        self.body.addWidget(self.recipe)
        self.body.addWidget(PreviewPanel(session))
        self._make_folder()
        self.body.addStretch(1)
        session.changed.connect(self._show_draft)
        self.first_control = self.next_button
        self._show_draft()

    def _make_folder(self) -> None:
        self.out = QLineEdit()
        self.choose_out = QPushButton(tr("Choose…"))
        self.choose_out.setAccessibleName(tr("Choose the folder of the results"))
        label = QLabel(tr("Results go &to:"))
        label.setBuddy(self.out)
        row = QHBoxLayout()
        row.addWidget(self.out, 1)
        row.addWidget(self.choose_out)
        form = QFormLayout()
        form.addRow(label, row)
        self.body.addLayout(form)
        self.interrupted = QLabel()
        self.interrupted.setWordWrap(True)
        self.body.addWidget(self.interrupted)
        self.out.textEdited.connect(self._set_out)
        self.out.editingFinished.connect(self.flow.end_edit)
        self.choose_out.clicked.connect(self._choose_out)

    @Slot(str)
    def _set_out(self, text: str) -> None:
        self.flow.set_out(Path(text.strip()).expanduser() if text.strip() else None)

    @Slot()
    def _choose_out(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, tr("Choose an empty folder for the results"))
        if folder:
            self.flow.set_out(Path(folder))

    @Slot()
    def _show_draft(self) -> None:
        draft = self.flow.draft
        board = all_boards().get(draft.board)
        facts = (
            (tr("Model"), draft.model.name if draft.model else tr("none yet")),
            (tr("Data"), data_title(draft.data)),
            (tr("Board"), board.title if board else draft.board),
        )
        self.facts.setText("\n".join(f"{name}: {value}" for name, value in facts))
        out = str(draft.out) if draft.out else ""
        if not self.out.hasFocus() or not self.out.isModified():
            self.out.setText(out)
        self._show_interrupted()
        self._show_state()

    def _show_interrupted(self) -> None:
        """Whether Start goes on with what an interrupted run left in the folder."""
        found = resumable(self.flow.draft)
        self.interrupted.setVisible(found is not None)
        self.next_button.setText(tr("Go on") if found is not None and found.goes_on else tr("Start"))
        if found is not None:
            words = (
                tr("This run was interrupted after {done} of {all} training rounds. It goes on from there.")
                if found.goes_on
                else tr(
                    "This folder holds an interrupted run of other choices ({done} of {all} rounds). "
                    "It begins anew."
                )
            )
            self.interrupted.setText(words.format(done=found.epoch, all=found.epochs))


def data_title(data: str) -> str:
    """What data are called: a name, or the path."""
    known = known_set(data)
    if known is not None:
        return known.title
    if data == WITHOUT_DATA:
        return tr("none: nothing is trained or tested")
    return tr("Handwritten digits") if data == "digits" else data
