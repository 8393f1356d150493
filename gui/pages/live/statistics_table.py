"""What was measured, in numbers: of what is seen, and between the markers."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem

from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.live.signal import Span, Statistics
from gui.quantity_words import adds_up, short, shown, source_words
from gui.words import number, tr


class StatisticsTable(QTableWidget):
    """A row for each quantity and part of time. Numbers are of the raw samples, not of what is drawn."""

    def __init__(self) -> None:
        headings = (
            tr("Quantity"), tr("Part"), tr("Samples"), tr("Lost"), tr("Mean"), tr("Least"), tr("Largest"),
            tr("σ"), tr("Sum, ∫"),
        )  # fmt: skip
        super().__init__(0, len(headings))
        self.setHorizontalHeaderLabels(headings)
        self.verticalHeader().hide()
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QTableWidget.SelectionMode.ContiguousSelection)
        self.setTabKeyNavigation(False)
        self.setAccessibleName(tr("Statistics of the raw samples"))
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setStretchLastSection(True)
        self._fit()

    def show_run(self, run: LiveRun, seen: Span, selection: Span | None) -> None:
        """`seen` is what the plots show, `selection` between the markers. Empty at first."""
        parts = [(tr("seen"), seen)]
        if selection is not None:
            parts.append((tr("A to B"), selection))
        rows = [
            _texts(quantity, words, signal.statistics(span), run)
            for quantity in Quantity
            if (signal := run.signals.get(quantity)) is not None and signal.count
            for words, span in parts
        ]
        self._show(rows)

    def clear_rows(self) -> None:
        self._show([])

    def _show(self, rows: list[list[str]]) -> None:
        if self.rowCount() != len(rows):
            self.setRowCount(len(rows))
            self._fit()
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = self.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column > 1:
                        item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                    self.setItem(row, column, item)
                if item.text() != text:
                    item.setText(text)

    def _fit(self) -> None:
        """As high as its rows: the page scrolls, not the table."""
        rows = max(self.rowCount(), 1) * self.verticalHeader().defaultSectionSize()
        self.setFixedHeight(self.horizontalHeader().sizeHint().height() + rows + 4)


def _texts(quantity: Quantity, part: str, found: Statistics, run: LiveRun) -> list[str]:
    words = shown(quantity)
    values = [short(words.scale * value) for value in (found.mean, found.low, found.high, found.std)]
    known = adds_up(quantity) and math.isfinite(found.total)
    total = f"{short(words.total_scale * found.total)} {words.total_unit}" if known else "–"
    title = f"{words.axis}, {source_words(run.sources[quantity])}"
    return [title, part, number(found.samples), number(found.lost), *values, total]
