"""What the pages of the wizard share: the flow, its preview, and the survey of the untouched model."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from codegen.errors import CodegenError
from core.errors import ThimbleError
from core.flow.compress_flow import CompressFlow
from core.flow.draft import WITHOUT_DATA, Draft, Problem, Step, free_folder
from core.flow.sections import Section
from core.flow.survey import Survey, survey_from_result
from core.jobs.events import Cancelled, Done, Failed
from core.preview import Preview
from core.recipe import DataOptions
from core.recipe_toml import section_to_dict
from gui.job_bridge import JobBridge
from gui.preview_runner import PreviewRequest, PreviewRunner
from gui.services import Services

#: Failures of a survey that other data would not mend.
_MODEL_ERRORS = ("bad-model", "unsafe-model", "unsupported-operator", "not-there-yet")


class CompressSession(QObject):
    """Signals for the pages; the decisions are the flow's."""

    changed = Signal()
    previewed = Signal(object)
    preview_failed = Signal(Failed)
    survey_begun = Signal()
    surveyed = Signal(object)
    survey_failed = Signal(Failed)
    model_failed = Signal(Failed)
    opened = Signal()

    def __init__(self, services: Services, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.flow = CompressFlow(services.presets)
        self.preview: Preview | None = None
        self.survey: Survey | None = None
        self.bridge = JobBridge(services.start_job, self)
        self.runner = PreviewRunner(services.preview, self)
        self._surveyed: tuple[str, DataOptions] | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self.flow.subscribe(self._flow_changed)
        self.runner.ready.connect(self._preview_ready)
        self.runner.failed.connect(self._preview_failed)
        self.bridge.ended.connect(self._survey_ended)

    def open(self, model: Path, data: str | None = None) -> None:
        """Start the wizard over with this model and look at it."""
        self._forget()
        self.flow.open(model, data)
        out = free_folder(self.services.projects, model.stem)
        self.flow.set_out(out)
        self.flow.forget_history()
        self.opened.emit()
        self.start_survey()

    def open_draft(self, draft: Draft) -> None:
        """Go on with what was chosen another time."""
        self._forget()
        self.flow.open_draft(draft)
        self.opened.emit()
        self.start_survey()

    def start_survey(self) -> None:
        """Look at the untouched model in a worker, if there is one to look at, and data to try it on."""
        draft = self.flow.draft
        problems = {self.flow.problem(step) for step in (Step.MODEL, Step.DATA)}
        if problems - {None, Problem.DATA_REFUSED}:
            return
        self._surveyed = data, options = self._asked()
        if data == WITHOUT_DATA:
            self.bridge.abandon()
            self.survey_begun.emit()
            return
        out = self.scratch("survey")
        params = {"model": str(draft.model), "data": data, "out": str(out)}
        self.flow.allow(Step.DATA)
        self.survey_begun.emit()
        self.bridge.start("survey", {**params, "options": section_to_dict(options)})

    def close(self) -> None:
        """Stop what runs and remove what was only for showing."""
        self.bridge.abandon()
        self.runner.wait()
        self.close_scratch()

    def scratch(self, name: str) -> Path:
        """A folder for what a job writes only to be shown; it goes with the window."""
        if self._scratch is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="thimble-", ignore_cleanup_errors=True)
        return Path(self._scratch.name) / name

    def close_scratch(self) -> None:
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None

    def _asked(self) -> tuple[str, DataOptions]:
        """What a survey would look at, besides the model."""
        return self.flow.draft.data, self.flow.section(Section.DATA)

    def _forget(self) -> None:
        self.bridge.abandon()
        self.runner.forget()
        self.preview = None
        self.survey = None
        self._surveyed = None

    def _flow_changed(self) -> None:
        draft = self.flow.draft
        problem = self.flow.problem(Step.MODEL)
        if draft.model is not None and problem in (None, Problem.MODEL_REFUSED):
            recipe = draft.recipe
            parts = (recipe.prune, recipe.quantize, draft.board, recipe.cluster)
            self.runner.request(PreviewRequest(draft.model, *parts))
        if self._surveyed is not None and self._surveyed != self._asked():
            self.survey = None
            self.start_survey()
        self.changed.emit()

    @Slot(object)
    def _preview_ready(self, preview: Preview) -> None:
        self.preview = preview
        self.previewed.emit(preview)

    @Slot(object)
    def _preview_failed(self, error: ThimbleError | CodegenError) -> None:
        if self.preview is None:  # not once did it work: the model itself cannot be read
            self.bridge.abandon()  # the survey would tell the same once more, in other words
            self.flow.refuse(Step.MODEL)
        self.preview_failed.emit(Failed(error.code, error.what, error.hint))

    @Slot(object)
    def _survey_ended(self, end: Done | Failed | Cancelled) -> None:
        if isinstance(end, Done):
            self.survey = survey_from_result(end.result)
            self.surveyed.emit(self.survey)
        elif isinstance(end, Failed):
            of_model = end.code in _MODEL_ERRORS
            self.flow.refuse(Step.MODEL if of_model else Step.DATA)
            (self.model_failed if of_model else self.survey_failed).emit(end)
        else:
            self.surveyed.emit(None)
