"""Step 2: the data, and how good the untouched model is on them."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton

from core.flow.draft import WITHOUT_DATA, Step
from core.flow.sections import Section
from core.flow.survey import Survey
from core.jobs.events import Failed
from gui.widgets.banner import BannerKind
from gui.widgets.expander import Expander
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading
from gui.widgets.mnemonics import Mnemonics
from gui.widgets.sample_grid import SampleGrid
from gui.widgets.section_form import SectionForm, other_keys
from gui.wizards.compress.data_choice import DataChoice
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.wizard_page import WizardPage
from gui.words import number, percent, tr


class DataPage(WizardPage):
    """Chooses the data and shows what the survey found."""

    def __init__(self, session: CompressSession) -> None:
        super().__init__(
            session,
            Step.DATA,
            tr("Data"),
            tr("The model is trained again and tested with the data that it was made for."),
        )
        self._make_choice()
        self._make_findings()
        self.body.addStretch(1)
        session.changed.connect(self._show_draft)
        session.opened.connect(self._clear_findings)
        session.survey_begun.connect(self._clear_findings)
        session.surveyed.connect(self._show_survey)
        session.survey_failed.connect(self._show_failure)
        self.first_control = self.choice.data
        self._show_draft()

    def _make_choice(self) -> None:
        self.choice = DataChoice(self.session, self.banner)
        self.again = QPushButton(tr("&Try again"))
        self.again.clicked.connect(self.session.start_survey)
        self.again.hide()
        row = QHBoxLayout()
        row.addWidget(self.again)
        row.addStretch(1)
        letters = Mnemonics(taken="dtw")
        self.scaling_form = SectionForm(self.flow, Section.DATA, ("scaling",), letters)
        self.split_form = SectionForm(self.flow, Section.DATA, other_keys(Section.DATA, "scaling"), letters)
        self.body.addWidget(self.choice)
        self.body.addLayout(row)
        self.body.addWidget(self.scaling_form)
        self.advanced = Expander(tr("Advanced"), self.split_form)
        self.body.addWidget(self.advanced)

    def _make_findings(self) -> None:
        self.accuracy = QLabel()
        self.accuracy.setWordWrap(True)
        self.counts = explanation()
        self.scaling = explanation()
        self.panel = JobPanel(self.session.bridge, tr("Trying the model"))
        self.samples = SampleGrid()
        self.samples_title = heading(tr("Some of the pictures, with what they show"))
        self._findings = (self.accuracy, self.counts, self.scaling, self.samples, self.samples_title)
        self.lacking = explanation(
            tr(
                "Without data nothing is trained, measured or tested: how often the small model is right "
                "will not be known."
            )
        )
        self.found = card(
            heading(tr("The model on these data")),
            self.accuracy,
            self.counts,
            self.panel,
            self.samples_title,
            self.samples,
            self.scaling,
        )
        self.body.addWidget(self.lacking)
        self.body.addWidget(self.found)
        self._clear_findings()

    @Slot()
    def _show_draft(self) -> None:
        self.choice.show_data(self.flow.draft.data)
        has_data = self.flow.draft.data != WITHOUT_DATA
        self.lacking.setVisible(not has_data)
        for widget in (self.scaling_form, self.advanced, self.found):
            widget.setVisible(has_data)
        self.scaling_form.show_section()
        self.split_form.show_section()
        self._show_state()

    @Slot()
    def _clear_findings(self) -> None:
        self.banner.clear()
        self.again.hide()
        self.samples.clear()
        for widget in self._findings:
            widget.hide()

    @Slot(object)
    def _show_survey(self, survey: Survey | None) -> None:
        if survey is None:
            self.again.show()
            self.banner.show_message(
                BannerKind.INFO, tr("Trying the model was stopped. You can go on without it.")
            )
            return
        self.accuracy.setText(
            tr("Right in {accuracy} of the test pictures; guessing would give {chance}.").format(
                accuracy=percent(survey.accuracy), chance=percent(survey.chance)
            )
        )
        parts = {"train": tr("{n} for training"), "test": tr("{n} for testing")}
        words = [parts[part].format(n=number(n)) for part, n in survey.counts if part in parts]
        classes = tr("{n} classes").format(n=number(len(survey.classes)))
        self.counts.setText(tr("Pictures: {parts}").format(parts=", ".join([*words, classes])))
        self.scaling.setText(
            tr("What the model gets: {scaling}.").format(scaling=survey.input_range)
            if survey.input_range
            else ""
        )
        self.accuracy.show()
        self.counts.show()
        self.scaling.setVisible(bool(survey.input_range))
        if survey.samples is not None:
            self.samples.show_samples(survey.samples, survey.classes)
            self.samples.show()
            self.samples_title.show()
        warning = _warning(survey)
        if warning:
            self.banner.show_message(BannerKind.WARNING, warning)

    @Slot(Failed)
    def _show_failure(self, failed: Failed) -> None:
        self.again.show()
        self.banner.show_failure(failed)


def _warning(survey: Survey) -> str:
    """What should be mended before anything is compressed; empty when all is well."""
    words = []
    if survey.near_chance:
        words.append(
            tr(
                "This model does hardly better than guessing. Has it been trained, is this the data it "
                "was made for, and is it scaled as in its training? Compressing will not make it better."
            )
        )
    if survey.spare_outputs:
        classes = len(survey.classes)
        words.append(
            tr(
                "The model has {outputs} outputs, the data have {classes} classes: if it was made for other "
                "data, its classes are not these."
            ).format(outputs=number(classes + survey.spare_outputs), classes=number(classes))
        )
    if not survey.range_known:
        words.append(
            tr(
                "Nothing tells to which numbers the data were scaled when this model was trained. Choose it "
                "above; the accuracy shows whether it is right."
            )
        )
    return "\n".join(words)
