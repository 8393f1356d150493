"""What the choices would give: parameters left, flash and SRAM on the board. Recomputed as sliders move."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QVBoxLayout, QWidget

from codegen.targets.board import all_boards
from core.jobs.events import Failed
from core.preview import Preview
from gui.widgets.budget_bar import BudgetBar
from gui.widgets.labels import explanation, heading
from gui.wizards.compress.session import CompressSession
from gui.words import bytes_text, failure_text, number, percent, tr


class PreviewPanel(QFrame):
    """Follows the session's preview."""

    def __init__(self, session: CompressSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._session = session
        self._title = heading(tr("What this would give"))
        self.parameters = QLabel()
        self.structures = QLabel()
        self.verdict = QLabel()
        for label in (self.parameters, self.structures, self.verdict):
            label.setWordWrap(True)
        self.flash = BudgetBar(tr("Flash (where the model is kept)"), tr("Program and weights"))
        self.sram = BudgetBar(tr("SRAM (where it computes)"), tr("Working memory, data and stack"))
        self.note = explanation()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(self._title)
        layout.addWidget(self.parameters)
        layout.addWidget(self.structures)
        bars = QGridLayout()
        bars.setHorizontalSpacing(20)
        bars.addWidget(self.flash, 0, 0)
        bars.addWidget(self.sram, 0, 1)
        bars.setColumnStretch(0, 1)
        bars.setColumnStretch(1, 1)
        layout.addLayout(bars)
        layout.addWidget(self.verdict)
        layout.addWidget(self.note)
        session.previewed.connect(self.show_preview)
        session.preview_failed.connect(self.show_failure)
        session.opened.connect(self.clear)

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        self.parameters.setText(
            tr("Parameters left: {after} of {before} ({share})").format(
                after=number(preview.parameters_after),
                before=number(preview.parameters_before),
                share=percent(preview.parameters_after / max(preview.parameters_before, 1)),
            )
        )
        removed = preview.structures_fraction
        self.structures.setText(
            tr("Filters and neurons removed: {share}").format(share=percent(removed)) if removed else ""
        )
        self.structures.setVisible(bool(removed))
        self.flash.set_budget(preview.flash_bytes, preview.flash_limit_bytes)
        self.sram.set_budget(preview.sram_bytes, preview.sram_limit_bytes)
        board = all_boards()[self._session.flow.draft.board].title
        words = tr("✓ Fits on: {board}") if preview.fits else tr("✗ Does not fit on: {board}")
        self.verdict.setText(words.format(board=board))
        self.verdict.setProperty("good", preview.fits)
        self.verdict.setProperty("bad", not preview.fits)
        self.verdict.style().polish(self.verdict)
        self.note.setText(_note(preview))

    @Slot(Failed)
    def show_failure(self, failed: Failed) -> None:
        self.clear()
        self.verdict.setText(" ".join(failure_text(failed)))
        self.verdict.setProperty("good", False)
        self.verdict.setProperty("bad", True)
        self.verdict.style().polish(self.verdict)

    @Slot()
    def clear(self) -> None:
        for label in (self.parameters, self.structures, self.verdict, self.note):
            label.clear()
        self.structures.hide()
        self.flash.clear()
        self.sram.clear()


def _note(preview: Preview) -> str:
    copied = preview.weights_in_sram_bytes
    if not copied:
        return preview.note
    words = tr("{size} of the SRAM hold a copy of the weights, which is faster.")
    return f"{words.format(size=bytes_text(copied))} {preview.note}"
