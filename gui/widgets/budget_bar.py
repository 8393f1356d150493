"""How much of a board's memory is used: a bar with its words, red and in words when it is too much."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from gui.theme import theme
from gui.widgets.labels import heading
from gui.words import bytes_text, percent, tr


class BudgetBar(QWidget):
    """`set_budget(used, limit)`; nothing is drawn before."""

    def __init__(self, name: str, about: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._bar = _Bar()
        self._bar.setToolTip(about)
        self._text = QLabel(tr("not known yet"))
        self._text.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(heading(name))
        layout.addWidget(self._bar)
        layout.addWidget(self._text)

    @property
    def text(self) -> str:
        return self._text.text()

    def set_budget(self, used_bytes: int, limit_bytes: int) -> None:
        fraction = used_bytes / limit_bytes if limit_bytes else 0.0
        words = tr("{used} of {limit} ({share})").format(
            used=bytes_text(used_bytes), limit=bytes_text(limit_bytes), share=percent(fraction)
        )
        over = used_bytes > limit_bytes
        if over:
            words += tr(", {over} too much").format(over=bytes_text(used_bytes - limit_bytes))
        self._text.setText(words)
        self._text.setProperty("bad", over)
        self._text.style().polish(self._text)
        self.setAccessibleName(f"{self._name}: {words}")
        self._bar.set_fraction(fraction)

    def clear(self) -> None:
        self._text.setText(tr("not known yet"))
        self._bar.set_fraction(None)


class _Bar(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._fraction: float | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(200, 16)

    def set_fraction(self, fraction: float | None) -> None:
        self._fraction = fraction
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme().colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QColor(colours.line))
        painter.setBrush(QColor(colours.alternate))
        painter.drawRoundedRect(frame, 4, 4)
        if self._fraction:
            over = self._fraction > 1.0
            filled = QRectF(frame)
            filled.setWidth(max(3.0, frame.width() * min(self._fraction, 1.0)))
            painter.setBrush(QColor(colours.bad if over else colours.accent))
            painter.setPen(QColor(colours.bad if over else colours.accent))
            painter.drawRoundedRect(filled, 4, 4)
        painter.end()
