"""Decides what an opened file is: a model for the wizard, a model for a board, or a finished run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from codegen.errors import CodegenError
from core.errors import ThimbleError
from core.flow.compare import is_sweep
from core.flow.draft import free_folder
from core.flow.open_run import RUN_FILE, OpenRun, open_run
from core.flow.resume import interrupted_draft
from core.jobs.events import Done, Failed
from core.models.formats import ENDINGS, SAVED_MODEL_FILE, Form, can_open, find_format
from core.models.loading import check_model_file
from core.sweep.folder import SWEEP
from gui.job_bridge import JobBridge
from gui.pages.start.view import StartView
from gui.recent import Recent
from gui.services import Services
from gui.words import error_as_failed, failure_text, tr

_UNSAFE = "unsafe-model"
#: Why a model that a board can run cannot be compressed.
_FOR_A_BOARD_ALONE = ("quantized-model", "not-trainable")


class StartPresenter(QObject):
    """`model_opened` (path, data or empty) starts the wizard, `run_opened` shows a run, `sweep_opened` a
    comparison."""

    model_opened = Signal(object, str)
    run_opened = Signal(object)
    sweep_opened = Signal(object)
    interrupted_opened = Signal(object)
    failed = Signal(Failed)

    def __init__(self, view: StartView, services: Services, recent: Recent) -> None:
        super().__init__(view)
        self._view, self._services, self._recent = view, services, recent
        view.open_wanted.connect(self.choose_model)
        view.example_wanted.connect(self.open_example)
        view.run_wanted.connect(self.choose_run)
        view.recent_chosen.connect(lambda path: self.open_path(Path(path)))
        view.dropped.connect(lambda path: self.open_path(Path(path)))
        self._importing: Path | None = None
        self._trusted = False
        self.bridge = JobBridge(services.start_job, self)
        self.bridge.ended.connect(self._imported)
        view.show_job(self.bridge)
        self.failed.connect(view.banner.show_failure)
        recent.changed.connect(self._show_recent)
        self._show_recent()

    @Slot()
    def choose_model(self) -> None:
        kinds = " ".join(f"*{ending}" for ending in (*ENDINGS, SAVED_MODEL_FILE))
        path, _ = QFileDialog.getOpenFileName(
            self._parent(), tr("Open a model"), "", tr("Models ({kinds});;All files (*)").format(kinds=kinds)
        )
        if path:
            self.open_path(Path(path))

    @Slot()
    def choose_run(self) -> None:
        folder = QFileDialog.getExistingDirectory(
            self._parent(), tr("Open the results of a run"), str(self._services.projects)
        )
        if folder:
            self.open_path(Path(folder))

    @Slot()
    def open_example(self) -> None:
        self._view.banner.clear()
        self.model_opened.emit(self._services.example, "digits")

    def open_path(self, path: Path) -> None:
        """Open a model or a run; say what is wrong where nothing fits."""
        self._view.banner.clear()
        try:
            self._open(path)
        except ThimbleError as error:
            self.failed.emit(error_as_failed(error))

    def _open(self, path: Path) -> None:
        if path.name in (RUN_FILE, SWEEP, SAVED_MODEL_FILE):
            path = path.parent
        if path.is_dir() and is_sweep(path):
            self.sweep_opened.emit(path)
        elif path.is_dir() and not (path / RUN_FILE).exists() and (draft := interrupted_draft(path)):
            self.interrupted_opened.emit(draft)
        elif path.is_dir() and not can_open(path):
            self.run_opened.emit(open_run(path))
        elif not path.exists():
            raise ThimbleError("missing-file", tr("{path} is not there").format(path=path))
        else:
            self._open_model(path)
        self._recent.add(path)

    def _open_model(self, path: Path) -> None:
        """A Keras file for the wizard, a TFLite file for a board, everything else converted first."""
        suffix = path.suffix.lower()
        if suffix == Form.TFLITE.value:
            self._open_for_board(path)
        elif suffix == Form.KERAS.value:
            self._open_keras(path)
        else:
            find_format(path)  # raises where Thimble knows none
            self._import(path)

    def _open_keras(self, path: Path) -> None:
        """As it is: its page tells what is wrong with it. One with code in it is converted, if trusted."""
        try:
            check_model_file(path)
        except ThimbleError as error:
            if error.code == _UNSAFE:
                if self._trusts(error_as_failed(error)):
                    self._import(path, trusted=True)
                return
        except CodegenError:
            pass
        self.model_opened.emit(path, "")

    def _import(self, path: Path, trusted: bool = False) -> None:
        """`trusted` when the user lets code in the file run."""
        self._importing, self._trusted = path, trusted
        params = {"model": str(path), "form": Form.KERAS.value, "allow_unsafe": trusted}
        self.bridge.start("import-model", params)

    def _open_for_board(self, path: Path) -> None:
        folder = free_folder(self._services.projects, f"{path.stem}-on-board")
        self.run_opened.emit(OpenRun(folder, path, "digits"))

    @Slot(object)
    def _imported(self, event: object) -> None:
        if isinstance(event, Done):
            self.model_opened.emit(Path(event.result["path"]), "")
        elif isinstance(event, Failed):
            path = self._importing
            if path is None:
                return
            if event.code in _FOR_A_BOARD_ALONE and find_format(path).compiles:
                self._open_for_board(path)
            elif event.code == _UNSAFE and not self._trusted and self._trusts(event):
                self._import(path, trusted=True)
            else:
                self.failed.emit(event)

    def _trusts(self, failed: Failed) -> bool:
        """Nothing in a file runs unless the user says so."""
        question = tr("{what}\n\nOpen it all the same? Do this only if you trust where it comes from.")
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        what = failure_text(failed)[0]
        title = tr("This model would run code")
        return QMessageBox.warning(self._parent(), title, question.format(what=what), yes | no, no) == yes

    @Slot()
    def _show_recent(self) -> None:
        self._view.show_recent(self._recent.paths())

    def _parent(self) -> QWidget:
        return self._view.window()
