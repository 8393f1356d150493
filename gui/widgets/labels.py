"""Headings, explanations and cards that look the same everywhere."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget


def title(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setPointSizeF(font.pointSizeF() * 1.6)
    font.setBold(True)
    label.setFont(font)
    label.setWordWrap(True)
    return label


def heading(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    label.setWordWrap(True)
    return label


def explanation(text: str = "") -> QLabel:
    """Muted text that wraps."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setProperty("muted", True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def labelled(text: str, control: QWidget) -> QLabel:
    """The label of a control, which its shortcut leads to."""
    label = QLabel(text)
    label.setBuddy(control)
    return label


def primary(text: str) -> QPushButton:
    """The one button of a page that goes on."""
    button = QPushButton(text)
    button.setProperty("primary", True)
    return button


def card(*widgets: QWidget) -> QFrame:
    """Widgets below each other in a frame."""
    frame = QFrame()
    frame.setProperty("card", True)
    layout = QVBoxLayout(frame)
    layout.setContentsMargins(16, 14, 16, 14)
    layout.setSpacing(8)
    for widget in widgets:
        layout.addWidget(widget)
    return frame
