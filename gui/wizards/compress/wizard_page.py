"""A page of the wizard: the page's shape, and Back and Next below it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from core.flow.draft import WITHOUT_DATA, Problem, Step
from gui.widgets.labels import explanation, primary
from gui.widgets.page import Page
from gui.wizards.compress.session import CompressSession
from gui.words import error_as_failed, failure_text, problem_text, tr

#: The steps whose choices may not go together.
_OF_THE_RECIPE = (Step.PRUNING, Step.CLUSTERING, Step.TRAINING, Step.QUANTIZATION, Step.REVIEW)


class WizardPage(Page):
    """Knows its step; Next is enabled when the step is finished, and says why when it is not."""

    back = Signal()
    forward = Signal()

    def __init__(self, session: CompressSession, step: Step, heading: str, about: str) -> None:
        super().__init__(heading, about)
        self.session = session
        self.flow = session.flow
        self.step = step
        self.back_button = QPushButton(tr("Back"))
        self.next_button = primary(tr("Next"))
        self.why: QLabel = explanation()
        footer = QFrame()
        footer.setObjectName("footer")
        row = QHBoxLayout(footer)
        row.setContentsMargins(28, 12, 28, 12)
        row.addWidget(self.why, 1)
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101 - made by Page
        layout.addWidget(footer)
        self.back_button.clicked.connect(self.back)
        self.next_button.clicked.connect(self.forward)
        session.changed.connect(self._show_state)

    def _show_state(self) -> None:
        problem = self.flow.problem(self.step)
        self.next_button.setEnabled(problem is None)
        lacks = self.step is Step.DATA and self.flow.draft.data == WITHOUT_DATA
        refusal = self.flow.refusal if lacks or self.step in _OF_THE_RECIPE else None
        if problem is None and refusal is None:
            self.why.clear()
        elif refusal is not None and problem in (None, Problem.RECIPE_REFUSED):
            self.why.setText("⚠ " + " ".join(failure_text(error_as_failed(refusal))))
        else:
            self.why.setText(problem_text(problem))
