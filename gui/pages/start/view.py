"""The start page: open a model, try the example, go on with something recent."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.models.formats import ENDINGS
from gui.job_bridge import JobBridge
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading, primary
from gui.widgets.page import Page
from gui.words import tr

#: What can be opened by dropping it, beside folders.
DROPPED = (*ENDINGS, ".json")


class StartView(Page):
    """Shows and asks; the presenter decides."""

    open_wanted = Signal()
    example_wanted = Signal()
    run_wanted = Signal()
    recent_chosen = Signal(str)
    dropped = Signal(str)
    draft_wanted = Signal()
    draft_discarded = Signal()

    def __init__(self) -> None:
        super().__init__(
            tr("Neural networks for thimble-sized computers"),
            tr("Make a trained network small enough for a microcontroller, and see what it costs."),
        )
        self.setAcceptDrops(True)
        self.open_button = primary(tr("&Open a model…"))
        self.example_button = QPushButton(tr("Try the &example"))
        self.run_button = QPushButton(tr("Open &results…"))
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(
            _tile(
                tr("Your own model"),
                tr("A file of Keras, ONNX or TensorFlow Lite, or a SavedModel. You can also drop it here."),
                self.open_button,
            ),
            1,
        )
        row.addWidget(
            _tile(
                tr("New here?"),
                tr("Compress a network that reads handwritten digits. No board is needed."),
                self.example_button,
            ),
            1,
        )
        row.addWidget(
            _tile(
                tr("Done before"),
                tr("The folder of an earlier run: to try it on a board or to export its report."),
                self.run_button,
            ),
            1,
        )
        self.body.addLayout(row)
        self._make_draft()
        self.recent_title = QLabel(tr("&Recent"))
        self.recent = QListWidget()
        self.recent.setAccessibleName(tr("Recent models and results"))
        self.recent_title.setBuddy(self.recent)
        font = self.recent_title.font()
        font.setBold(True)
        self.recent_title.setFont(font)
        self.body.addWidget(self.recent_title)
        self.body.addWidget(self.recent)
        self.body.addStretch(1)
        self.first_control = self.open_button
        self.open_button.clicked.connect(self.open_wanted)
        self.example_button.clicked.connect(self.example_wanted)
        self.run_button.clicked.connect(self.run_wanted)
        self.recent.itemActivated.connect(
            lambda item: self.recent_chosen.emit(item.data(Qt.ItemDataRole.UserRole))
        )

    def _make_draft(self) -> None:
        self.draft_about = QLabel()
        self.draft_about.setWordWrap(True)
        self.go_on = QPushButton(tr("&Go on"))
        self.discard = QPushButton(tr("&Discard"))
        self.go_on.setAccessibleName(tr("Go on with the unsaved choices"))
        self.discard.setAccessibleName(tr("Discard the unsaved choices"))
        self.draft = card(heading(tr("Not finished")))
        row = QHBoxLayout()
        row.addWidget(self.draft_about, 1)
        row.addWidget(self.go_on)
        row.addWidget(self.discard)
        layout = self.draft.layout()
        assert isinstance(layout, QVBoxLayout)  # noqa: S101 - made by card
        layout.addLayout(row)
        self.body.addWidget(self.draft)
        self.draft.hide()
        self.go_on.clicked.connect(self.draft_wanted)
        self.discard.clicked.connect(self.draft_discarded)

    def show_job(self, bridge: JobBridge) -> None:
        """Show the job that converts a model, while it runs."""
        self.body.insertWidget(2, JobPanel(bridge, tr("Converting the model")))

    def show_draft(self, about: str) -> None:
        """Offer unsaved choices of another day; an empty text offers nothing."""
        self.draft_about.setText(about)
        self.draft.setVisible(bool(about))

    def show_recent(self, paths: list[Path]) -> None:
        self.recent.clear()
        for path in paths:
            kind = tr("results") if path.is_dir() else tr("model")
            item = QListWidgetItem(f"{path.name}  —  {kind}, {path.parent}")
            item.setData(Qt.ItemDataRole.UserRole, str(path))
            item.setToolTip(str(path))
            self.recent.addItem(item)
        self.recent_title.setVisible(bool(paths))
        self.recent.setVisible(bool(paths))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_path(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_path(event)
        if path is not None:
            event.acceptProposedAction()
            self.dropped.emit(str(path))


def _dropped_path(event: QDropEvent) -> Path | None:
    """The one local file or folder that is dropped, if it can be opened."""
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    if len(paths) != 1:
        return None
    path = paths[0]
    return path if path.is_dir() or path.suffix.lower() in DROPPED else None


def _tile(text: str, about: str, button: QPushButton) -> QWidget:
    tile = card(heading(text), explanation(about))
    layout = tile.layout()
    assert isinstance(layout, QVBoxLayout)  # noqa: S101 - made by card
    layout.addStretch(1)
    layout.addWidget(button)
    return tile
