"""One of several boards: whether it is meant, which one it is, how far it is, how it ended."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from core.boards.usb_ports import Attachment, UsbBoard
from gui.widgets.labels import explanation
from gui.words import tr


class BoardRow(QWidget):
    """A board on USB (`usb`), or a virtual one, which cannot be chosen, named or asked to blink.

    `words` say which one it is, `details` what else is known of it.
    """

    toggled = Signal()
    identify_wanted = Signal(object)  # UsbBoard
    name_wanted = Signal(object)

    def __init__(self, words: str, usb: UsbBoard | None, details: str = "") -> None:
        super().__init__()
        self.usb = usb
        self.check = QCheckBox(words.replace("&", "&&"))
        self.check.setToolTip(f"{words} · {details}" if details else words)
        # a long path must not make the page wider than the window
        self.check.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.details = explanation(details)
        self.details.setVisible(bool(details))
        self.check.setChecked(usb is None)
        self.check.setEnabled(usb is not None)
        self.check.toggled.connect(self.toggled)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(words)
        self.bar.setFixedWidth(160)
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.identify = QPushButton(tr("Identify"))
        self.identify.setToolTip(tr("Blinks this board's LED for three seconds"))
        self.identify.setAccessibleName(tr("Identify: {board}").format(board=words))
        self.rename = QPushButton(tr("Name…"))
        self.rename.setAccessibleName(tr("Name: {board}").format(board=words))
        row = QHBoxLayout()
        row.addWidget(self.check, 1)
        row.addWidget(self.identify)
        row.addWidget(self.rename)
        below = QHBoxLayout()
        below.addWidget(self.bar)
        below.addWidget(self.status, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addWidget(self.details)
        layout.addLayout(below)
        self.identify.clicked.connect(lambda: self.identify_wanted.emit(self.usb))
        self.rename.clicked.connect(lambda: self.name_wanted.emit(self.usb))
        self.identify.setVisible(usb is not None)
        self.rename.setVisible(usb is not None)
        self.bar.hide()
        self.status.hide()

    def lock(self, locked: bool, blinking: bool = False) -> None:
        """While a program runs on boards nothing can be changed; while one blinks, no other is asked to."""
        self.check.setEnabled(not locked and self.usb is not None)
        blinks = self.usb is not None and self.usb.attachment is Attachment.SERIAL
        if blinking and self.identify.hasFocus():
            self.check.setFocus(Qt.FocusReason.OtherFocusReason)  # the keyboard stays with this board
        self.identify.setEnabled(blinks and not locked and not blinking)
        self.rename.setEnabled(not locked and self.usb is not None and bool(self.usb.serial_number))

    def show_progress(self, told: dict[str, Any]) -> None:
        """A partial ``board`` of the task `deploy-several`."""
        self.bar.setVisible(told["state"] == "running")
        self.bar.setValue(round(1000 * told["fraction"]))
        error = told.get("error")
        if error is not None:
            self.show_end(f"{error['what']}: {error['hint']}", good=False)
        else:
            self._say(told["text"])

    def show_end(self, words: str, good: bool) -> None:
        self.bar.hide()
        self._say(words)
        self.status.setProperty("good", good)
        self.status.setProperty("bad", not good)
        self.status.style().polish(self.status)

    def forget_end(self) -> None:
        self._say("")
        self.status.setProperty("good", False)
        self.status.setProperty("bad", False)
        self.status.style().polish(self.status)

    def _say(self, words: str) -> None:
        self.status.setText(words)
        self.status.setVisible(bool(words))


def words_of(usb: UsbBoard) -> str:
    """What tells a board from its like, for people."""
    return " · ".join(part for part in (usb.name, usb.where) if part)


def details_of(usb: UsbBoard) -> str:
    """What runs on it, its serial number, and what is special."""
    parts = [usb.product, usb.serial_number]
    if usb.attachment is not Attachment.SERIAL:
        parts.append(tr("in its bootloader"))
    if usb.pretended:
        parts.append(tr("pretended, no board"))
    return " · ".join(part for part in parts if part)
