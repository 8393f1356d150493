"""Starts the bench of the Live page, hands what it tells to the plots, saves what was asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from core.bench import Source
from core.errors import ThimbleError
from core.flow.draft import free_folder
from core.flow.live_bench import LiveBench
from core.flow.open_run import RUN_FILE, OpenRun, open_run
from core.jobs.events import Cancelled, Done, Failed
from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.live.saving import prepare
from core.live.signal import EVER
from core.report.bench_record import Asked, record_bench
from core.work_folder import new_work_folder, remove_work_folder
from gui.background import Background
from gui.job_bridge import JobBridge
from gui.pages.live.tools import Part
from gui.pages.live.view import LiveView
from gui.pages.live.words import ended_words, energy_words, left_words, lost_words, note_words
from gui.services import Services
from gui.usb_watch import UsbWatch
from gui.widgets.banner import BannerKind
from gui.widgets.replacing import may_replace
from gui.words import error_as_failed, latency, number, tr

_STATISTICS_MS = 200


class LivePresenter(QObject):
    """`set_run` says which model; `deployed` tells when a board has run it."""

    deployed = Signal(object)
    running_changed = Signal(bool)
    start_wanted = Signal()

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.bridge = JobBridge(services.start_job, self)
        self.saving = JobBridge(services.start_job, self)
        self.view = LiveView(self.bridge, self.saving)
        #: Typed ones, by where they count; the keyring's are the workers' own.
        self.passwords: dict[str, str] = {}
        self._bench: LiveBench | None = None
        self._asked: Asked | None = None
        self._end: Done | Failed | Cancelled | None = None
        #: Of the run that is shown: the samples of its meter, and what is being saved.
        self._work: Path | None = None
        self._keeping = Background(self)
        self._statistics_due = QTimer(self)
        self._statistics_due.setSingleShot(True)
        self._statistics_due.setInterval(_STATISTICS_MS)
        self._statistics_due.timeout.connect(self.show_statistics)
        view = self.view
        self.watch = UsbWatch(services.usb_boards, self)
        self.watch.changed.connect(view.form.set_found)
        self.watch.failed.connect(lambda error: view.banner.show_failure(error_as_failed(error)))
        view.shown.connect(self.watch.start)
        view.left.connect(self.watch.stop)
        view.form.start_wanted.connect(self.start_wanted)
        view.form.model_wanted.connect(self.choose_model)
        view.plots.changed.connect(self._plots_changed)
        view.tools.save_wanted.connect(self._choose_file)
        self.bridge.ended.connect(self._ended)
        self.bridge.abandoned.connect(view.plots.stop)
        view.plots.finished.connect(self._finished)
        self._keeping.failed.connect(lambda error: view.banner.show_failure(error_as_failed(error)))
        self.saving.ended.connect(self._saved)
        view.form.set_run(None)

    def set_run(self, run: OpenRun, board: str | None = None) -> None:
        """Measure this model from now on; what was measured stays to be looked at."""
        if self.bridge.running:
            return
        self.view.form.set_run(run)
        self.view.form.set_place(board or run.board)

    @Slot()
    def choose_model(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self.view,
            tr("Choose a model or the results of a run"),
            str(self._services.projects),
            tr("Models and results (*.tflite *.onnx {run})").format(run=RUN_FILE),
        )
        if path:
            self.open_path(Path(path))

    def open_path(self, path: Path) -> None:
        """Measure a converted model, or that of a run."""
        self.view.banner.clear()
        try:
            if path.name == RUN_FILE:
                self.set_run(open_run(path.parent))
            else:
                folder = free_folder(self._services.projects, f"{path.stem}-on-board")
                self.set_run(OpenRun(folder, path, "digits"))
        except ThimbleError as error:
            self.view.banner.show_failure(error_as_failed(error))

    @Slot()
    def start(self) -> None:
        """Measure what is chosen."""
        view = self.view
        if self.bridge.running or self.saving.running:
            return
        if self._keeping.busy:
            self._say(tr("The last result is still being written. Start again in a moment."))
            return
        view.banner.clear()
        try:
            bench, target = view.form.bench(), view.form.target_board()
            if bench is None:
                return
            if bench.pi is not None:
                bench = replace(bench, password=self.passwords.get(bench.pi.where))
            bench.check()
            asked = bench.asked()
            if target is not None and not may_replace(view, [target]):
                return
            self._forget_samples()
            self._work = new_work_folder()
        except ThimbleError as error:
            view.banner.show_failure(error_as_failed(error))
            return
        self._bench, self._asked, self._end = bench, asked, None
        self._begin(bench, self._work)

    def _begin(self, bench: LiveBench, work: Path) -> None:
        view = self.view
        focus = view.window().focusWidget()
        at_form = focus is not None and view.form.isAncestorOf(focus)
        if at_form:
            view.hold_focus()
        run = LiveRun(bench.timing, bench.metered)
        view.result.hide()
        view.plots.show_run(run)
        self._show_sources(run)
        view.form.setEnabled(False)
        self.bridge.start(bench.task, bench.params(work), sinks=run.sinks)
        if at_form:
            view.panel.cancel.setFocus()
        self.running_changed.emit(True)

    def _show_sources(self, run: LiveRun) -> None:
        self.view.plots.set_sources(run.sources, {Quantity.ENERGY: energy_words(run)})
        self.view.note.setText(note_words(run))

    @Slot()
    def _plots_changed(self) -> None:
        if not self._statistics_due.isActive():
            self._statistics_due.start()

    @Slot()
    def show_statistics(self) -> None:
        """Of what is seen, and between the markers."""
        plots = self.view.plots
        if plots.run is not None:
            self.view.statistics.show_run(plots.run, plots.viewport.span, plots.selection)
            words = note_words(plots.run) if self._end is None else left_words(plots.run)
            self.view.note.setText(words)
            if plots.run.fault is not None and not self.view.banner.text:
                self.view.banner.show_failure(error_as_failed(plots.run.fault))

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        view = self.view
        view.form.setEnabled(True)
        self._end = end
        if isinstance(end, Done):
            view.result.show_bench(end.result["bench"])
            self._keep(end.result)
        elif isinstance(end, Failed):
            view.banner.show_failure(end)
        else:
            self._say(tr("You stopped the measurement. What came until then can be saved."))
        view.plots.finish()
        self.running_changed.emit(False)

    @Slot()
    def _finished(self) -> None:
        """The plots have all that the job told and the meter recorded."""
        end, run = self._end, self.view.plots.run
        self._end = None
        if run is None:
            return
        if isinstance(end, Done):
            run.finish(end.result["bench"])
            self._tell_done(end.result, run)
        self._show_sources(run)
        self.view.plots.show_again()

    def _tell_done(self, result: dict[str, Any], run: LiveRun) -> None:
        bench = result["bench"]
        warnings = [*ended_words(result), *lost_words(run)]
        if warnings:
            self.view.banner.show_message(BannerKind.WARNING, "\n".join(warnings))
            return
        estimate = bench["timing"] == Source.ESTIMATED.value
        words = tr("Done: {count} inferences of {mean} on average, all answers right.").format(
            count=number(bench["runs"]), mean=latency(bench["mean_s"])
        )
        words += " " + tr("Times are estimates.") if estimate else ""
        self.view.banner.show_message(BannerKind.SUCCESS, words)

    def _keep(self, result: dict[str, Any]) -> None:
        """Beside others of the run, for reports; of a board, the job has written its own record too."""
        bench, asked = self._bench, self._asked
        if bench is None or asked is None:
            return
        self._keeping.start(lambda: record_bench(bench.run.folder, asked, result["bench"]))
        if "plan" in result:
            self.deployed.emit(replace(bench.run, deployed=result))

    @Slot(object)
    def _choose_file(self, part: Part) -> None:
        name = tr("live") if self._bench is None else f"{self._bench.run.title}-live"
        start = Path.home() if self._bench is None else self._bench.run.folder
        path, _ = QFileDialog.getSaveFileName(
            self.view, tr("Save the measurement"), str(start / f"{name}.csv"), tr("Table (*.csv)")
        )
        if path:
            self.save(part, Path(path))

    def save(self, part: Part, out: Path) -> None:
        """Write a part of the run as CSV; the samples of a meter in a second file beside."""
        plots = self.view.plots
        span = {Part.ALL: EVER, Part.SEEN: plots.viewport.span, Part.SELECTION: plots.selection}[part]
        if plots.run is None or span is None or self._work is None or self.saving.running:
            return
        if self._end is not None:
            self._say(tr("What the meter recorded is still being read. Save again in a moment."))
            return
        self.view.banner.clear()
        out = out if out.suffix.lower() == ".csv" else out.with_name(f"{out.name}.csv")
        try:
            saving = prepare(plots.run, span, out, self._work / "events.npz")
        except ThimbleError as error:
            self.view.banner.show_failure(error_as_failed(error))
            return
        if saving.power_is_there and not self._may_replace(saving.power_out):
            return
        self.view.form.start.setEnabled(False)
        self.saving.start("save-live", saving.to_json())

    def _may_replace(self, path: Path) -> bool:
        answer = QMessageBox.question(
            self.view,
            tr("Replace the file?"),
            tr("{name} is there already. Replace it?").format(name=path.name),
            QMessageBox.StandardButton.Yes | QMessageBox.StandardButton.No,
            QMessageBox.StandardButton.No,
        )
        return answer == QMessageBox.StandardButton.Yes

    @Slot(object)
    def _saved(self, end: Done | Failed | Cancelled) -> None:
        self.view.form.start.setEnabled(self.view.form.run is not None)
        if isinstance(end, Done):
            words = tr("Saved: {files}").format(files=", ".join(end.result["files"]))
            self.view.banner.show_message(BannerKind.SUCCESS, words)
        elif isinstance(end, Failed):
            self.view.banner.show_failure(end)
        else:
            self._say(tr("You stopped the saving; no file was written."))

    def _say(self, words: str) -> None:
        self.view.banner.show_message(BannerKind.INFO, words)

    def _forget_samples(self) -> None:
        """The samples of the last run: what was not saved goes."""
        if self._work is not None:
            remove_work_folder(self._work)
            self._work = None

    def close(self) -> None:
        """The window closes. What a job that is just ending still writes goes with the next start."""
        self.watch.close()
        self.view.plots.blockSignals(True)
        self._statistics_due.stop()
        self.view.plots.stop()
        self._keeping.wait()
        self._forget_samples()
