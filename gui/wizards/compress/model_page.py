"""Step 1: the model that shall become smaller."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton

from core.flow.draft import Step
from core.jobs.events import Failed
from core.preview import Preview
from gui.widgets.labels import card, heading
from gui.wizards.compress.preview_panel import PreviewPanel
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import number, tr


class ModelPage(WizardPage):
    """Emits `model_wanted` to have a model chosen."""

    model_wanted = Signal()

    def __init__(self, session: CompressSession) -> None:
        super().__init__(session, Step.MODEL, tr("Model"), tr("Which trained network should become smaller?"))
        self._make_input()
        self.size = QLabel(tr("Choose a model to see what it can do."))
        self.body.addWidget(card(heading(tr("The model as it is")), self.size))
        self.preview = PreviewPanel(session)
        self.body.addWidget(self.preview)
        self.body.addStretch(1)
        session.changed.connect(self._show_draft)
        session.opened.connect(self._show_opened)
        session.previewed.connect(self._show_preview)
        session.preview_failed.connect(self._show_failure)
        session.model_failed.connect(self._show_failure)
        self.first_control = self.choose_model
        self._show_draft()

    def _make_input(self) -> None:
        self.model = QLineEdit()
        self.model.setReadOnly(True)  # and shown without a frame: the theme's
        self.model.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # to copy from
        self.model.setAccessibleName(tr("The chosen model"))
        self.model.setPlaceholderText(tr("No model chosen yet"))
        self.choose_model = QPushButton(tr("Choose…"))
        self.choose_model.setAccessibleName(tr("Choose a model"))
        self.choose_model.clicked.connect(self.model_wanted)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self.choose_model)
        label = QLabel(tr("&Model:"))
        label.setBuddy(self.choose_model)
        form = QFormLayout()
        form.addRow(label, row)
        self.body.addLayout(form)

    @Slot()
    def _show_draft(self) -> None:
        draft = self.flow.draft
        self.model.setText(str(draft.model) if draft.model else "")
        self._show_state()

    @Slot()
    def _show_opened(self) -> None:
        self.banner.clear()
        self.size.setText(tr("Reading the model…"))

    @Slot(object)
    def _show_preview(self, preview: Preview) -> None:
        self.size.setText(
            tr("{count} parameters (numbers that it has learned)").format(
                count=number(preview.parameters_before)
            )
        )

    @Slot(Failed)
    def _show_failure(self, failed: Failed) -> None:
        if self.session.preview is None:
            self.size.setText(tr("This model could not be read."))
        self.banner.show_failure(failed)
