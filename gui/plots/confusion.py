"""Which class is taken for which: a matrix, actual classes in rows and the model's answers in columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme
from gui.words import tr

_CELL, _LABEL, _AXIS = 26, 64, 20
#: With more classes than these, names and numbers cannot be read any more: shades alone.
_MOST_WITH_NUMBERS = 12
_SIDE = 340

Matrix = Sequence[Sequence[int]]


class ConfusionMatrix(QWidget):
    """`show_matrix`; each row's shades are shares of that class."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self._classes: tuple[str, ...] = ()
        self._matrix: Matrix = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_matrix(self, classes: Sequence[str], matrix: Matrix) -> None:
        """Counts of test samples."""
        self._classes, self._matrix = tuple(classes), matrix
        right = sum(matrix[place][place] for place in range(len(matrix)))
        total = sum(map(sum, matrix))
        words = tr("{title}: {right} of {total} right").format(title=self._title, right=right, total=total)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        count = len(self._classes)
        side = _CELL * count if count <= _MOST_WITH_NUMBERS else _SIDE - _LABEL
        return QSize(side + _LABEL + 8, side + _AXIS + 46)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme().colours
        painter.setPen(QColor(colours.text))
        painter.drawText(QRectF(0, 0, self.width(), _AXIS), Qt.AlignmentFlag.AlignLeft, self._title)
        count = len(self._classes)
        if not count:
            return
        cell = _CELL if count <= _MOST_WITH_NUMBERS else (_SIDE - _LABEL) / count
        top = 2.0 * _AXIS
        for row, counts in enumerate(self._matrix):
            whole = max(sum(counts), 1)
            for column, samples in enumerate(counts):
                place = QRectF(_LABEL + column * cell, top + row * cell, cell, cell)
                self._draw_cell(painter, place, samples, samples / whole, row == column)
        if count <= _MOST_WITH_NUMBERS:
            self._draw_names(painter, cell, top)
        painter.setPen(QColor(colours.muted))
        below = QRectF(_LABEL, top + count * cell + 4, count * cell, _AXIS)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, tr("the model's answer"))
        painter.end()

    def _draw_cell(
        self, painter: QPainter, place: QRectF, samples: int, share: float, is_right: bool
    ) -> None:
        colours = theme().colours
        shade = QColor(colours.accent if is_right else colours.bad)
        shade.setAlphaF(min(1.0, share if is_right else 2.0 * share))
        painter.fillRect(place, shade)
        if len(self._classes) <= _MOST_WITH_NUMBERS:
            painter.setPen(QColor(colours.line))
            painter.drawRect(place)
            if samples:
                strong = shade.alphaF() > 0.6
                painter.setPen(QColor(colours.on_accent if strong else colours.text))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, str(samples))

    def _draw_names(self, painter: QPainter, cell: float, top: float) -> None:
        painter.setPen(QColor(theme().colours.muted))
        metrics = painter.fontMetrics()
        for place, name in enumerate(self._classes):
            left = metrics.elidedText(name, Qt.TextElideMode.ElideRight, _LABEL - 8)
            side = QRectF(0, top + place * cell, _LABEL - 6, cell)
            painter.drawText(side, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, left)
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, int(cell))
            above = QRectF(_LABEL + place * cell, top - _AXIS, cell, _AXIS)
            painter.drawText(above, Qt.AlignmentFlag.AlignCenter, short)
