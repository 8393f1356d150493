"""Progress, time left and Cancel of one job."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from core.jobs.events import Progress
from gui.job_bridge import JobBridge
from gui.widgets.page import page_of
from gui.words import duration, percent, tr


class JobPanel(QWidget):
    """Follows a bridge: visible while its job runs."""

    def __init__(self, bridge: JobBridge, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._stopping = False
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.time_left = QLabel()
        self.time_left.setProperty("muted", True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(name)
        self.cancel = QPushButton(tr("Cancel"))
        self.cancel.setAccessibleName(tr("Cancel: {name}").format(name=name))
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout()
        row.addWidget(self.bar, 1)
        row.addWidget(self.cancel)
        words = QHBoxLayout()
        words.addWidget(self.text, 1)
        words.addWidget(self.time_left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(words)
        layout.addLayout(row)
        bridge.started.connect(self._begin)
        bridge.progressed.connect(self._show)
        bridge.ended.connect(self._end)
        bridge.abandoned.connect(self._end)
        self.hide()

    @Slot()
    def _begin(self) -> None:
        self._stopping = False
        self.bar.setRange(0, 0)
        self.text.setText(tr("Starting…"))
        self.time_left.clear()
        self._allow_cancel(True)
        self.cancel.setToolTip("")
        self.show()

    @Slot()
    def _end(self) -> None:
        focus, page = QApplication.focusWidget(), page_of(self)
        if focus is not None and self.isAncestorOf(focus) and page is not None:
            page.hold_focus()
        self.hide()

    def _allow_cancel(self, allowed: bool) -> None:
        """The bar keeps the keyboard while Cancel cannot have it."""
        if not allowed and self.cancel.hasFocus():
            self.bar.setFocus(Qt.FocusReason.OtherFocusReason)
        self.cancel.setEnabled(allowed)
        if allowed and self.bar.hasFocus():
            self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(Progress)
    def _show(self, progress: Progress) -> None:
        self.bar.setRange(0, 1000)
        self.bar.setValue(round(1000 * progress.fraction))
        if self._stopping:
            return
        self.text.setText(progress.text)
        share = percent(progress.fraction, 0)
        if progress.remaining_s is None:
            self.time_left.setText(share)
        else:
            left = tr("about {time} left").format(time=duration(progress.remaining_s))
            self.time_left.setText(f"{share} · {left}")
        self._allow_cancel(progress.cancellable)
        self.cancel.setToolTip("" if progress.cancellable else tr("This part must not be interrupted."))

    @Slot()
    def _cancel(self) -> None:
        self._stopping = True
        self._allow_cancel(False)
        self.text.setText(tr("Stopping…"))
        self.time_left.clear()
        self._bridge.cancel()
