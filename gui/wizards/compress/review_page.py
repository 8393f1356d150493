"""Step 5: everything in words, the folder of the results, and Start."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton

from codegen.targets.board import all_boards
from core.errors import ThimbleError
from core.flow.compress_flow import Step
from core.recipe_toml import write_recipe
from core.report.recipe_words import sentences
from gui.widgets.banner import BannerKind
from gui.widgets.labels import card, heading
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import error_as_failed, tr


class ReviewPage(WizardPage):
    """Its Next is Start. The recipe can be saved for the command line."""

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
        self.recipe = QLabel()
        self.recipe.setWordWrap(True)
        self.save = QPushButton(tr("Save the recipe…"))
        self.save.setToolTip(tr("The same steps can be repeated with: thimble compress --recipe"))
        self.save.clicked.connect(self._save_recipe)
        self.body.addWidget(card(heading(tr("The model")), self.facts))
        recipe_card = card(heading(tr("The recipe")), self.recipe)
        row = QHBoxLayout()
        row.addWidget(self.save)
        row.addStretch(1)
        recipe_card.layout().addLayout(row)
        self.body.addWidget(recipe_card)
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
    def _save_recipe(self) -> None:
        start = str(self.session.services.projects / "recipe.toml")
        path, _ = QFileDialog.getSaveFileName(self, tr("Save the recipe"), start, tr("Recipes (*.toml)"))
        if path:
            self.save_recipe(Path(path))

    def save_recipe(self, path: Path) -> None:
        """Write the recipe; say where it is, or why not."""
        path = path if path.suffix else path.with_suffix(".toml")
        try:
            write_recipe(self.flow.recipe, path)
        except ThimbleError as error:
            self.banner.show_failure(error_as_failed(error))
        else:
            words = tr("The recipe is saved: {path}").format(path=path)
            self.banner.show_message(BannerKind.SUCCESS, words)

    @Slot()
    def _show_draft(self) -> None:
        draft = self.flow.draft
        board = all_boards().get(draft.board)
        facts = (
            (tr("Model"), draft.model.name if draft.model else tr("none yet")),
            (tr("Data"), tr("Handwritten digits") if draft.data == "digits" else draft.data),
            (tr("Board"), board.title if board else draft.board),
        )
        self.facts.setText("\n".join(f"{name}: {value}" for name, value in facts))
        self.recipe.setText("\n".join(f"• {sentence}" for sentence in sentences(draft.recipe)))
        out = str(draft.out) if draft.out else ""
        if not self.out.hasFocus() or not self.out.isModified():
            self.out.setText(out)
        self._show_state()
