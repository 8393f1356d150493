"""Spin boxes whose value counts once it is entered, and whose Ctrl+Z is the window's."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget


class WholeBox(QSpinBox):
    """For whole numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)

    def event(self, event: QEvent) -> bool:
        return _left_to_the_window(self, event) or super().event(event)


class DecimalBox(QDoubleSpinBox):
    """For decimal numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setKeyboardTracking(False)  # or "42.5" could not be typed: "4" would become "4.0" at once

    def event(self, event: QEvent) -> bool:
        return _left_to_the_window(self, event) or super().event(event)


class NumberBox(DecimalBox):
    """For decimal numbers of any size, such as learning rates: shown with as many digits as they have."""

    _DECIMALS = 10

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDecimals(self._DECIMALS)
        self.setStepType(QAbstractSpinBox.StepType.AdaptiveDecimalStepType)

    def textFromValue(self, value: float) -> str:
        text = self.locale().toString(value, "f", self._DECIMALS)
        point = self.locale().decimalPoint()
        return text.rstrip("0").removesuffix(point) if point in text else text


def _left_to_the_window(box: QAbstractSpinBox, event: QEvent) -> bool:
    """Undo and redo keys are not the text's own: what is typed is entered, and the menu's action follows."""
    if not isinstance(event, QKeyEvent) or event.type() == QEvent.Type.KeyRelease:
        return False
    if not (event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Redo)):
        return False
    if event.type() == QEvent.Type.ShortcutOverride:
        box.interpretText()
    event.ignore()
    return True
