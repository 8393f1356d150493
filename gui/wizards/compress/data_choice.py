"""Choosing the data: built in, known sets (downloaded when asked for), folders and files."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QComboBox, QFileDialog, QFormLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from core.data.known.known_set import KnownSet
from core.data.known.sets import KNOWN_SETS
from core.data.known.source import known_set, sets_at_hand
from core.flow.draft import WITHOUT_DATA
from core.jobs.events import Cancelled, Done, Failed
from gui.job_bridge import JobBridge
from gui.widgets.banner import Banner, BannerKind
from gui.widgets.job_panel import JobPanel
from gui.wizards.compress.session import CompressSession
from gui.words import bytes_text, tr

_FOLDER, _FILE = "choose folder", "choose file"


class DataChoice(QWidget):
    """Writes to the flow; what goes wrong with a download is told in the page's banner."""

    def __init__(self, session: CompressSession, banner: Banner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._flow, self._banner = session, session.flow, banner
        self.bridge = JobBridge(session.services.start_job, self)
        self._downloading = ""
        self.data = QComboBox()
        self.data.activated.connect(self._chosen)
        label = QLabel(tr("&Data:"))
        label.setBuddy(self.data)
        self.download = QPushButton(tr("Do&wnload"))
        self.download.clicked.connect(self.start_download)
        self.panel = JobPanel(self.bridge, tr("Downloading the data"))
        form = QFormLayout()
        form.addRow(label, self.data)
        form.addRow("", self.download)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.panel)
        self.bridge.ended.connect(self._downloaded)
        self._list_sets()

    def show_data(self, data: str) -> None:
        """Show what the flow says; data of one's own get a line at the top."""
        index = self.data.findData(data)
        if index < 0 and data:
            self.data.insertItem(0, Path(data).name, data)
            self.data.setItemData(0, data, Qt.ItemDataRole.ToolTipRole)
            index = 0
        self.data.setCurrentIndex(index)
        self._show_download()

    @Slot()
    def start_download(self) -> None:
        """Fetch the chosen set into the data folder; never without being asked."""
        known = self._missing_set()
        if known is None or self.bridge.running:
            return
        self._banner.clear()
        self._session.bridge.abandon()  # it could only say that the files are missing
        self._downloading = known.id
        self.bridge.start("download", {"name": known.id})
        self._show_download()

    def _list_sets(self) -> None:
        self.data.clear()
        self.data.addItem(tr("Handwritten digits (built in)"), "digits")
        at_hand = sets_at_hand()
        for known in sorted(KNOWN_SETS, key=lambda known: known not in at_hand):
            missing = tr("{set} (not in your data folder)").format(set=known.title)
            self.data.addItem(known.title if known in at_hand else missing, known.id)
        self.data.addItem(tr("No data: nothing is trained or tested"), WITHOUT_DATA)
        self.data.addItem(tr("A folder: pictures or recordings by class…"), _FOLDER)
        self.data.addItem(tr("A file: NumPy (.npz) or table (.csv)…"), _FILE)

    @Slot(int)
    def _chosen(self, index: int) -> None:
        chosen = self.data.itemData(index)
        if chosen == _FOLDER:
            about = tr("Choose the folder that has one folder for each class")
            path = QFileDialog.getExistingDirectory(self, about)
        elif chosen == _FILE:
            kinds = tr("Data (*.npz *.csv)")
            path, _ = QFileDialog.getOpenFileName(self, tr("Choose the data"), "", kinds)
        else:
            path = chosen
        if path or chosen == WITHOUT_DATA:
            self._flow.set_data(path)
        self.show_data(self._flow.draft.data)

    def _missing_set(self) -> KnownSet | None:
        """The chosen set, when it can be downloaded and is not there."""
        known = known_set(self._flow.draft.data)
        return known if known is not None and known.published and known not in sets_at_hand() else None

    def _show_download(self) -> None:
        known = self._missing_set()
        self.download.setVisible(known is not None)
        self.download.setEnabled(not self.bridge.running)
        if known is not None:
            words = tr("Do&wnload ({size})").format(size=bytes_text(known.download_bytes))
            self.download.setText(words)
            self.download.setToolTip(known.source)

    @Slot(object)
    def _downloaded(self, end: Done | Failed | Cancelled) -> None:
        data = self._flow.draft.data
        if isinstance(end, Failed):
            self._banner.show_failure(end)
        elif isinstance(end, Cancelled):
            words = tr("The download was stopped. What has come is kept: it goes on from there.")
            self._banner.show_message(BannerKind.INFO, words)
        else:
            self._list_sets()
            if data == self._downloading:
                self._session.start_survey()
        self.show_data(data)
