"""One of several choices: a radio button with a sentence that explains it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QRadioButton, QVBoxLayout, QWidget

from gui.widgets.labels import explanation


class ChoiceCard(QFrame):
    """The whole card can be clicked."""

    chosen = Signal()

    def __init__(self, text: str, about: str, group: QButtonGroup, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.radio = QRadioButton(text)
        self.radio.setAccessibleDescription(about)
        font = self.radio.font()
        font.setBold(True)
        self.radio.setFont(font)
        group.addButton(self.radio)
        about_label = explanation(about)
        about_label.setContentsMargins(24, 0, 0, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 14, 10)
        layout.setSpacing(4)
        layout.addWidget(self.radio)
        layout.addWidget(about_label)
        layout.addStretch(1)
        self.radio.clicked.connect(self.chosen)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.radio.setFocus()
        self.radio.click()
        super().mousePressEvent(event)
