"""Export for PDF, CSV and C code, and the folder of a run."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from core.exports import export_formats
from core.flow.open_run import OpenRun
from core.jobs.events import Cancelled, Done, Failed
from gui.job_bridge import JobBridge
from gui.services import Services
from gui.widgets.banner import Banner, BannerKind
from gui.widgets.job_panel import JobPanel
from gui.widgets.page import page_of
from gui.words import tr


class ExportBar(QWidget):
    """Writes reports and code in a worker; messages go to the page's banner."""

    details_wanted = Signal(str)

    def __init__(self, services: Services, banner: Banner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._run: OpenRun | None = None
        self._banner = banner
        self.bridge = JobBridge(services.start_job, self)
        self.pdf = QPushButton(tr("Export &PDF…"))
        self.csv = QPushButton(tr("Export &CSV…"))
        self.code = QPushButton(tr("Export C c&ode"))
        self.code.setMenu(self._code_menu())
        self.folder = QPushButton(tr("Open &folder"))
        self.panel = JobPanel(self.bridge, tr("Writing files"))
        row = QHBoxLayout()
        for button in (self.pdf, self.csv, self.code, self.folder):
            row.addWidget(button)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.panel)
        self.pdf.clicked.connect(lambda: self._choose("pdf", tr("PDF (*.pdf)")))
        self.csv.clicked.connect(lambda: self._choose("csv", tr("Table (*.csv)")))
        self.folder.clicked.connect(self._open_folder)
        self._pressed: QPushButton | None = None
        self.bridge.started.connect(self._started)
        self.bridge.ended.connect(self._ended)
        self._enable(False)

    def set_run(self, run: OpenRun | None) -> None:
        self._run = run
        self._enable(run is not None)

    def export(self, kind: str, path: Path) -> None:
        """Write one report, `kind` ``pdf`` or ``csv``."""
        if self._run is None:
            return
        if path.suffix.lower() != f".{kind}":
            path = path.with_name(f"{path.name}.{kind}")
        params = {"run": str(self._run.folder), "pdf": None, "csv": None, kind: str(path)}
        self._banner.clear()
        self.bridge.start("report", params)

    def export_code(self, format_id: str, parent: Path) -> None:
        """Write the C code in one of the formats, into a new folder in `parent`."""
        if self._run is None:
            return
        name = self._run.title
        params = {
            "model": str(self._run.model),
            "board": self._run.board,
            "format": format_id,
            "name": name,
            "out": str(parent / f"{name}-{format_id}"),
        }
        self._banner.clear()
        self.bridge.start("export-code", params)

    def _code_menu(self) -> QMenu:
        menu = QMenu(self)
        for format_id, title in export_formats():
            action = menu.addAction(tr(title) + "…")
            action.triggered.connect(lambda _=False, chosen=format_id: self.choose_parent(chosen))
        return menu

    def choose_parent(self, format_id: str) -> None:
        """Ask where the C code goes in this format, and write it."""
        if self._run is None:
            return
        title = tr("Put the folder with the C code into")
        parent = QFileDialog.getExistingDirectory(self, title, str(self._run.folder))
        if parent:
            self.export_code(format_id, Path(parent))

    def _choose(self, kind: str, filters: str) -> None:
        if self._run is None:
            return
        start = self._run.folder / f"{self._run.title}-report.{kind}"
        path, _ = QFileDialog.getSaveFileName(self, tr("Export the report"), str(start), filters)
        if path:
            self.export(kind, Path(path))

    @Slot()
    def _open_folder(self) -> None:
        if self._run is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._run.folder)))

    @Slot()
    def _started(self) -> None:
        """The keyboard is at Cancel while files are written, and comes back."""
        buttons = (self.pdf, self.csv, self.code)
        self._pressed = next((button for button in buttons if button.hasFocus()), None)
        if self._pressed is not None:
            self.panel.cancel.setFocus()
        self._enable(False)

    def _enable(self, enabled: bool) -> None:
        for button in (self.pdf, self.csv, self.code):
            button.setEnabled(enabled and not self.bridge.running)
        self.folder.setEnabled(self._run is not None)

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        self._enable(self._run is not None)
        page = page_of(self)
        if self._pressed is not None and page is not None and page.scroll.hasFocus():
            self._pressed.setFocus()
        if isinstance(end, Done) and "code" in end.result:
            self._banner.show_message(
                BannerKind.SUCCESS, tr("The C code is written: {folder}").format(folder=end.result["code"])
            )
        elif isinstance(end, Done):
            files = ", ".join(str(end.result[kind]) for kind in ("pdf", "csv") if end.result.get(kind))
            self._banner.show_message(
                BannerKind.SUCCESS, tr("The report is written: {files}").format(files=files)
            )
        elif isinstance(end, Failed):
            self._banner.show_failure(end)
