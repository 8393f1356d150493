"""Step 1: the model, its data, and how good it is before anything is changed."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QHBoxLayout, QLabel, QLineEdit, QPushButton

from core.data.known.source import sets_at_hand
from core.flow.compress_flow import Step
from core.flow.survey import Survey
from core.jobs.events import Failed
from core.preview import Preview
from gui.widgets.banner import BannerKind
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading
from gui.widgets.sample_grid import SampleGrid
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import number, percent, tr

_FOLDER, _NPZ = "choose folder", "choose npz"


class ModelPage(WizardPage):
    """Emits `model_wanted` to have a model chosen; the data is chosen here."""

    model_wanted = Signal()

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.MODEL,
            tr("Model and data"),
            tr("Which network should become smaller, and which pictures shall it be tried with?"),
        )
        self._make_inputs()
        self._make_findings()
        self.body.addStretch(1)
        session.changed.connect(self._show_draft)
        session.opened.connect(self._show_opened)
        session.previewed.connect(self._show_preview)
        session.preview_failed.connect(self._show_failure)
        session.surveyed.connect(self._show_survey)
        session.survey_failed.connect(self._show_failure)
        self.first_control = self.choose_model
        self._show_draft()

    def _make_inputs(self) -> None:
        self.model = QLineEdit()
        self.model.setReadOnly(True)  # and shown without a frame: the theme's
        self.model.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # to copy from
        self.model.setAccessibleName(tr("The chosen model"))
        self.model.setPlaceholderText(tr("No model chosen yet"))
        self.choose_model = QPushButton(tr("Choose…"))
        self.choose_model.setAccessibleName(tr("Choose a model"))
        self.choose_model.clicked.connect(self.model_wanted)
        self.data = QComboBox()
        self.data.addItem(tr("Handwritten digits (built in)"), "digits")
        for known in sets_at_hand():
            self.data.addItem(known.title, known.id)
        self.data.addItem(tr("Pictures in folders…"), _FOLDER)
        self.data.addItem(tr("NumPy file (.npz)…"), _NPZ)
        self.data.activated.connect(self._data_chosen)
        row = QHBoxLayout()
        row.addWidget(self.model, 1)
        row.addWidget(self.choose_model)
        form = QFormLayout()
        model_label, data_label = QLabel(tr("&Model:")), QLabel(tr("&Data:"))
        model_label.setBuddy(self.choose_model)
        data_label.setBuddy(self.data)
        form.addRow(model_label, row)
        form.addRow(data_label, self.data)
        self.body.addLayout(form)

    def _make_findings(self) -> None:
        self.size = QLabel(tr("Choose a model to see what it can do."))
        self.accuracy = QLabel()
        self.counts = explanation()
        self.panel = JobPanel(self.session.bridge, tr("Trying the model"))
        self.samples = SampleGrid()
        self.samples_title = heading(tr("Some of the pictures, with what they show"))
        for widget in (self.accuracy, self.counts, self.samples, self.samples_title):
            widget.hide()
        self.accuracy.setWordWrap(True)
        self.body.addWidget(
            card(
                heading(tr("The model as it is")),
                self.size,
                self.accuracy,
                self.counts,
                self.panel,
                self.samples_title,
                self.samples,
            )
        )

    @Slot(int)
    def _data_chosen(self, index: int) -> None:
        chosen = self.data.itemData(index)
        if chosen == _FOLDER:
            about = tr("Choose the folder that has one folder of pictures for each class")
            path = QFileDialog.getExistingDirectory(self, about)
        elif chosen == _NPZ:
            path, _ = QFileDialog.getOpenFileName(self, tr("Choose the data"), "", tr("NumPy file (*.npz)"))
        else:
            path = chosen
        if path:
            self._clear_findings()
            self.session.set_data(path)
        self._show_draft()

    @Slot()
    def _show_draft(self) -> None:
        draft = self.flow.draft
        self.model.setText(str(draft.model) if draft.model else "")
        index = self.data.findData(draft.data)
        if index < 0 and draft.data:
            self.data.insertItem(0, Path(draft.data).name, draft.data)
            self.data.setItemData(0, draft.data, 3)  # the whole path as a tool tip
            index = 0
        self.data.setCurrentIndex(index)
        self._show_state()

    @Slot()
    def _show_opened(self) -> None:
        self._clear_findings()
        self.size.setText(tr("Reading the model…"))

    def _clear_findings(self) -> None:
        self.banner.clear()
        self.samples.clear()
        for widget in (self.accuracy, self.counts, self.samples, self.samples_title):
            widget.hide()

    @Slot(object)
    def _show_preview(self, preview: Preview) -> None:
        self.size.setText(
            tr("{count} parameters (numbers that it has learned)").format(
                count=number(preview.parameters_before)
            )
        )

    @Slot(object)
    def _show_survey(self, survey: Survey | None) -> None:
        if survey is None:
            self.banner.show_message(
                BannerKind.INFO, tr("Trying the model was stopped. You can go on without it.")
            )
            return
        self.accuracy.setText(
            tr("Right in {accuracy} of the test pictures; guessing would give {chance}.").format(
                accuracy=percent(survey.accuracy), chance=percent(survey.chance)
            )
        )
        self.accuracy.show()
        parts = {"train": tr("{n} for training"), "test": tr("{n} for testing")}
        words = [parts[part].format(n=number(n)) for part, n in survey.counts if part in parts]
        self.counts.setText(tr("Pictures: {parts}").format(parts=", ".join(words)))
        self.counts.setVisible(bool(words))
        if survey.samples is not None:
            self.samples.show_samples(survey.samples, survey.classes)
            self.samples.show()
            self.samples_title.show()
        if survey.near_chance:
            self.banner.show_message(
                BannerKind.WARNING,
                tr(
                    "This model does hardly better than guessing. Has it been trained, and is this the "
                    "data it was made for? Compressing it will not make it better."
                ),
            )

    @Slot(Failed)
    def _show_failure(self, failed: Failed) -> None:
        if self.session.preview is None:
            self.size.setText(tr("This model could not be read."))
        self.banner.show_failure(failed)
