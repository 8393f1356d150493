"""The wizard as a whole: its pages in order, and which of them have been seen."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal

from core.flow.draft import Draft, Step, free_folder
from gui.job_bridge import JobBridge
from gui.services import Services
from gui.wizards.compress.board_page import BoardPage
from gui.wizards.compress.cluster_page import ClusterPage
from gui.wizards.compress.data_page import DataPage
from gui.wizards.compress.model_page import ModelPage
from gui.wizards.compress.prune_page import PrunePage
from gui.wizards.compress.quantize_page import QuantizePage
from gui.wizards.compress.review_page import ReviewPage
from gui.wizards.compress.session import CompressSession
from gui.wizards.compress.training_page import TrainingPage
from gui.wizards.compress.wizard_page import WizardPage


class CompressWizard(QObject):
    """The window shows the pages and decides whether a wanted step is unlocked."""

    step_wanted = Signal(Step)
    start_wanted = Signal()
    model_wanted = Signal()
    left = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.session = CompressSession(services, self)
        self.flow = self.session.flow
        self.seen: set[Step] = set()
        self.model_page = ModelPage(self.session)
        self.prune_page = PrunePage(self.session)
        self.data_page = DataPage(self.session)
        self.review_page = ReviewPage(self.session)
        self.pages: dict[Step, WizardPage] = {
            Step.MODEL: self.model_page,
            Step.DATA: self.data_page,
            Step.PRUNING: self.prune_page,
            Step.CLUSTERING: ClusterPage(self.session),
            Step.TRAINING: TrainingPage(self.session),
            Step.QUANTIZATION: QuantizePage(self.session),
            Step.BOARD: BoardPage(self.session),
            Step.REVIEW: self.review_page,
        }
        self.model_page.model_wanted.connect(self.model_wanted)
        for step, page in self.pages.items():
            page.back.connect(lambda step=step: self._go_back(step))
            page.forward.connect(lambda step=step: self._go_forward(step))
            page.installEventFilter(self)

    @property
    def bridges(self) -> list[JobBridge]:
        """The jobs of the pages: those that look at the model, and the download of data."""
        return [*self.surveys, self.data_page.choice.bridge]

    @property
    def surveys(self) -> list[JobBridge]:
        """The jobs that look at a model before it is compressed."""
        return [self.session.bridge, self.prune_page.sensitivity.bridge]

    def open(self, model: Path, data: str | None = None) -> None:
        self.seen.clear()
        self.session.open(model, data)

    def open_draft(self, draft: Draft) -> None:
        """Go on with the choices of another day."""
        self.seen = set(Step)
        self.session.open_draft(draft)

    def next_folder(self) -> None:
        """A run has taken the folder: propose another one for the next."""
        out = self.flow.draft.out
        if out is not None and self.flow.draft.model is not None:
            self.flow.set_out(free_folder(out.parent, self.flow.draft.model.stem))
            self.flow.end_edit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Hide and isinstance(watched, WizardPage):
            self.seen.add(watched.step)
        return super().eventFilter(watched, event)

    def _go_back(self, step: Step) -> None:
        steps = list(Step)
        if step is steps[0]:
            self.left.emit()
        else:
            self.step_wanted.emit(steps[steps.index(step) - 1])

    def _go_forward(self, step: Step) -> None:
        steps = list(Step)
        if step is steps[-1]:
            self.start_wanted.emit()
        else:
            self.step_wanted.emit(steps[steps.index(step) + 1])
