"""What a bench gave, in numbers: the same as `thimble bench` prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.report import benches, energy, on_pi, tables
from core.report.verdict import verdict
from gui.widgets.labels import card, explanation, heading
from gui.words import number, tr


class ResultCard(QWidget):
    """`show_bench` shows it. Hidden at first."""

    def __init__(self) -> None:
        super().__init__()
        self.about, self.numbers, self.remarks = heading(""), QLabel(), explanation()
        self.numbers.setTextFormat(Qt.TextFormat.RichText)
        self.numbers.setWordWrap(True)
        for label in (self.numbers, self.remarks):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card(self.about, self.numbers, self.remarks))
        self.hide()

    def show_bench(self, bench: Mapping[str, Any]) -> None:
        """The fields of ``bench --json``."""
        told = dict(bench)
        self.about.setText(
            tr("Result: {count} inferences on {where} with {engine}").format(
                count=number(told["runs"]), where=benches.where(told), engine=benches.engine(told)
            )
        )
        self.numbers.setText(_as_html(tables.latency(told)[1:]))
        sentences = (
            verdict(told, told["verified"]), *on_pi.sentences(told), *energy.sentences(told)
        )  # fmt: skip
        self.remarks.setText("\n".join(sentences))
        self.show()


def _as_html(rows: Sequence[Sequence[str]]) -> str:
    cells = (
        f"<td>{escape(name)}</td><td align=right><b>{escape(value)}</b></td><td>{escape(how)}</td>"
        for name, value, how in rows
    )
    return f"<table cellspacing=0 cellpadding=2>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"
