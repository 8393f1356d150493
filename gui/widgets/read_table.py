"""A table that is only read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHeaderView, QTableWidget, QTableWidgetItem


class ReadTable(QTableWidget):
    """As wide as its texts and as high as its rows; the Tab key leaves it. `name` is for screen readers."""

    def __init__(self, name: str, headings: Sequence[str] = ()) -> None:
        super().__init__(0, 0)
        self.setAccessibleName(name)
        self.verticalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.setTabKeyNavigation(False)
        self.set_headings(headings)

    def set_headings(self, headings: Sequence[str]) -> None:
        self.setColumnCount(len(headings))
        self.setHorizontalHeaderLabels(list(headings))

    def show_rows(self, rows: Sequence[Sequence[str]], most_seen: int | None = None) -> None:
        """The texts of each row, in the place of those before; more rows than `most_seen` are scrolled to."""
        self.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(text)
                self.setItem(row, column, item)
        self.resizeRowsToContents()
        height = self.horizontalHeader().sizeHint().height() + 4
        height += self.horizontalScrollBar().sizeHint().height() if most_seen is not None else 0
        self.setFixedHeight(height + sum(self.rowHeight(row) for row in range(len(rows))[:most_seen]))
