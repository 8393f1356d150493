"""Runs the sweep job and shows each run as it is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from core.errors import ThimbleError
from core.flow.compare import (
    CompareChoices,
    CompareProblem,
    FinishedSweep,
    parse_sparsities,
    problem,
    report_of,
    runs_of,
    spec_of,
    warnings_of,
)
from core.flow.compress_flow import CompressFlow
from core.flow.draft import free_folder
from core.jobs.events import Cancelled, Done, Failed
from core.sweep.result import Point, State, point_from_json
from core.sweep.spec import SweepSpec
from core.sweep.studies import all_studies
from gui.job_bridge import JobBridge
from gui.pages.compare.view import CompareView, ticked
from gui.services import Services
from gui.widgets.banner import BannerKind
from gui.words import bytes_text, error_as_failed, failure_text, number, percent, tr


class ComparePresenter(QObject):
    """The model, the data and the recipe are the wizard's; the grid is chosen here."""

    start_wanted = Signal()
    finished = Signal(object)
    running_changed = Signal(bool)

    def __init__(self, services: Services, flow: CompressFlow) -> None:
        super().__init__()
        self._flow, self._services = flow, services
        self.bridge = JobBridge(services.start_job, self)
        self.view = CompareView(self.bridge)
        self.points: list[Point] = []
        self._spec: SweepSpec | None = None
        self._out = Path()
        self._report: Path | None = None
        self._out_is_proposed = True
        view = self.view
        view.edited.connect(self._show_choices)
        view.out.textEdited.connect(self._out_edited)
        view.choose_out.clicked.connect(self._choose_out)
        view.start_wanted.connect(self.start_wanted)
        view.folder.clicked.connect(lambda: _open(self._out))
        view.pdf.clicked.connect(lambda: _open(self._report or self._out))
        self.bridge.partial.connect(self._take)
        self.bridge.ended.connect(self._ended)
        flow.subscribe(self._show_choices)
        self._show_choices()

    def start(self) -> None:
        """Start what is chosen; nothing happens while it cannot be."""
        spec, out = self._spec, self._choices().out
        if spec is None or out is None or self.bridge.running:
            return
        self._out = out
        self.points.clear()
        self.view.banner.clear()
        self._show_points()
        self.view.pdf.setEnabled(False)
        self.view.results.show()
        self.bridge.start("sweep", {"spec": spec.to_json(), "out": str(out)})
        self.view.panel.cancel.setFocus()
        self._show_choices()
        self.running_changed.emit(True)

    def show_sweep(self, sweep: FinishedSweep) -> None:
        """A comparison of another day."""
        self.points, self._out, self._report = list(sweep.points), sweep.folder, sweep.report
        self.view.banner.clear()
        if sweep.warnings:
            self.view.banner.show_message(BannerKind.WARNING, "\n".join(sweep.warnings))
        self._show_points()
        self.view.pdf.setEnabled(self._report is not None)
        self.view.results.show()

    def _choices(self) -> CompareChoices:
        """Raises ThimbleError ``bad-grid`` for amounts that are no numbers."""
        view, out = self.view, self.view.out.text().strip()
        return CompareChoices(
            study=view.subject.currentData(),
            study_data=view.study_data.currentData(),
            sparsities=parse_sparsities(view.sparsities.text()),
            criteria=ticked(view.criteria),
            schedules=ticked(view.schedules),
            quantizations=ticked(view.quantizations),
            seeds=view.seeds.value(),
            out=Path(out).expanduser() if out else None,
        )

    @Slot()
    def _show_choices(self) -> None:
        view, study = self.view, self.view.subject.currentData()
        view.grid.setVisible(not study)
        view.study_data.setVisible(bool(study))
        view.study_data_label.setVisible(bool(study))
        view.about.setText(all_studies()[study].about if study else "")
        view.about.setVisible(bool(study))
        if self._out_is_proposed and not self.bridge.running:
            model = self._flow.draft.model
            name = study or (f"{model.stem}-compared" if model else "")
            view.out.setText(str(free_folder(self._services.projects, name)) if name else "")
        self._spec = None
        try:
            choices = self._choices()
            missing = problem(choices, self._flow.draft)
            if missing is None:
                self._spec = spec_of(choices, self._flow.draft)
                view.why.setText(tr("{n} runs").format(n=number(runs_of(self._spec))))
            else:
                view.why.setText(_problem_text(missing))
        except ThimbleError as error:
            self._spec = None
            view.why.setText(" ".join(failure_text(error_as_failed(error))))
        view.start.setEnabled(self._spec is not None and not self.bridge.running)

    @Slot(str)
    def _out_edited(self, text: str) -> None:
        self._out_is_proposed = not text.strip()

    @Slot()
    def _choose_out(self) -> None:
        about = tr("Choose a folder for the comparison; one that was stopped goes on")
        folder = QFileDialog.getExistingDirectory(self.view, about)
        if folder:
            self.view.out.setText(folder)
            self._out_is_proposed = False
            self._show_choices()

    @Slot(str, dict)
    def _take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "point":
            self.points.append(point_from_json(data))
            self._show_points()

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        view = self.view
        if isinstance(end, Done):
            failed = sum(point.state is State.FAILED for point in self.points)
            words = tr("Done: {n} runs.").format(n=number(len(self.points)))
            if failed:
                words += " " + tr("{n} of them failed: the table says why.").format(n=number(failed))
            warnings = warnings_of(end.result)
            kind = BannerKind.WARNING if failed or warnings else BannerKind.SUCCESS
            view.banner.show_message(kind, "\n".join((words, *warnings)))
            self.finished.emit(self._out)
        elif isinstance(end, Failed):
            view.banner.show_failure(end)
        else:
            view.banner.show_message(
                BannerKind.INFO,
                tr("Stopped. What is done is kept: started again with this folder, it goes on from there."),
            )
            self._out_is_proposed = False  # so that it does go on there
        self._report = report_of(end.result, self._out) if isinstance(end, Done) else None
        view.pdf.setEnabled(self._report is not None)
        self._show_choices()
        self.running_changed.emit(False)

    def _show_points(self) -> None:
        self.view.plot.show_points(tuple(self.points))
        boards = {board.board: board.board for point in self.points for board in point.boards}
        header = [tr("Removed"), tr("How"), tr("Numbers"), tr("Seed"), tr("Right answers"), tr("Left")]
        header += [tr("Flash, {board}").format(board=board) for board in boards]
        self.view.show_rows([*header, tr("State")], [_row(point, list(boards)) for point in self.points])


def _row(point: Point, boards: list[str]) -> list[str]:
    where, figures = point.where, point.figures
    amount = "" if where.sparsity is None else percent(where.sparsity)
    if where.threshold is not None:
        amount = tr("below {score}").format(score=f"{where.threshold:g}")
    row = [
        amount,
        ", ".join(filter(None, (where.criterion, where.schedule))),
        where.quantize,
        str(where.seed),
    ]
    row += [percent(figures.accuracy), percent(figures.remaining, 2)] if figures else ["", ""]
    planned = {board.board: board for board in point.boards}
    for name in boards:
        board = planned.get(name)
        flash = board.flash_bytes if board else None
        row.append("" if flash is None else bytes_text(flash) + ("" if board and board.fits else " ✗"))
    reason = tr("done") if point.reason is None else f"✗ {point.reason.what}"
    return [*row, reason]


def _problem_text(missing: CompareProblem) -> str:
    return {
        CompareProblem.NO_MODEL: tr("Open a model first, or choose a study."),
        CompareProblem.MODEL_OR_DATA: tr("Choose the model and the data in the steps first."),
        CompareProblem.NO_FOLDER: tr("Choose a folder for the results."),
    }[missing]


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
