"""The way through the program, step by step: finished ones can be revisited, future ones unlock."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QPushButton, QVBoxLayout, QWidget


class Place(Enum):
    """Where one can be in the window, in order."""

    START = "start"
    MODEL = "model"
    DATA = "data"
    PRUNING = "pruning"
    CLUSTERING = "clustering"
    TRAINING = "training"
    QUANTIZATION = "quantization"
    BOARD = "board"
    REVIEW = "review"
    RUN = "run"
    DEPLOY = "deploy"
    LIVE = "live"
    PI = "pi"
    COMPARE = "compare"


class SideBar(QFrame):
    """Emits `chosen` when a place is clicked; the window decides whether it goes there."""

    chosen = Signal(Place)

    def __init__(self, titles: Iterable[tuple[Place, str]], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sideBar")
        self.setFixedWidth(196)
        self._titles = dict(titles)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[Place, QPushButton] = {}
        self._finished: set[Place] = set()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 14, 0, 14)
        layout.setSpacing(1)
        logo = QLabel(name)
        font = logo.font()
        font.setPointSizeF(font.pointSizeF() * 1.3)
        font.setBold(True)
        logo.setFont(font)
        logo.setContentsMargins(14, 0, 0, 10)
        layout.addWidget(logo)
        for place, text in self._titles.items():
            button = QPushButton()
            button.setCheckable(True)
            button.setAccessibleName(text)
            button.clicked.connect(lambda checked=False, place=place: self.chosen.emit(place))
            self._group.addButton(button)
            self.buttons[place] = button
            layout.addWidget(button)
        layout.addStretch(1)
        self._show_texts()

    def set_current(self, place: Place) -> None:
        self.buttons[place].setChecked(True)

    def set_state(self, place: Place, enabled: bool, finished: bool) -> None:
        """`finished` is shown by a tick, not by a colour alone."""
        self.buttons[place].setEnabled(enabled)
        (self._finished.add if finished else self._finished.discard)(place)
        self._show_texts()

    def _show_texts(self) -> None:
        for place, button in self.buttons.items():
            sign = "✓" if place in self._finished else "   "
            button.setText(f"{sign}  {self._titles[place]}")
