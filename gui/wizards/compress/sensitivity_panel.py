"""Which layers can take it? Each is pruned alone by several amounts and tried: a table and a plot, live."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from core.flow.draft import WITHOUT_DATA
from core.flow.sections import Section
from core.jobs.events import Cancelled, Done, Failed
from core.recipe_toml import section_to_dict
from gui.job_bridge import JobBridge
from gui.plots.sensitivity_plot import SensitivityPlot
from gui.recipe_words import choice_label
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import explanation
from gui.widgets.mnemonics import Mnemonics
from gui.wizards.compress.session import CompressSession
from gui.words import failure_text, percent, tr


class SensitivityPanel(QWidget):
    """A button; then the job's progress, and what it finds."""

    def __init__(self, session: CompressSession, letters: Mnemonics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.bridge = JobBridge(session.services.start_job, self)
        self._asked: tuple[Any, ...] | None = None
        self.button = QPushButton(letters.mark(tr("Which layers can take it?")))
        self.button.setToolTip(tr("Tries each layer alone on the test pictures, without training it again."))
        self.panel = JobPanel(self.bridge, tr("Trying each layer"))
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.plot = SensitivityPlot()
        self.table = _table()
        self.about = explanation(
            tr(
                "Where a curve falls early, keep more of that layer: give it a share of its own under "
                "Advanced. The network is not trained again here; after training it does better."
            )
        )
        row = QHBoxLayout()
        row.addWidget(self.button)
        row.addWidget(self.message, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        for widget in (self.panel, self.plot, self.table, self.about):
            layout.addWidget(widget)
        self._show_found(False)
        self.button.clicked.connect(self.start)
        self.bridge.partial.connect(self._take)
        self.bridge.ended.connect(self._ended)
        session.opened.connect(self._forget)
        session.changed.connect(self._follow)
        self._follow()

    @Slot()
    def start(self) -> None:
        """Try the layers of the model as it is now."""
        prune, draft = self._session.flow.recipe.prune, self._session.flow.draft
        if self.bridge.running or prune is None:
            return
        self._session.bridge.abandon()  # the survey would only take the processor from this job
        self._clear()
        self._asked = self._question()
        self.message.setText(
            tr("Importance: {criterion}").format(criterion=choice_label(Section.PRUNE, prune.criterion))
        )
        params = {
            "model": str(draft.model),
            "data": draft.data,
            "options": section_to_dict(self._session.flow.section(Section.DATA)),
            "kind": prune.kind.value,
            "criterion": prune.criterion.value,
            "seed": draft.recipe.seed,
            "out": str(self._session.scratch("sensitivity")),
        }
        self.bridge.start("sensitivity", params)
        self._follow()

    def _question(self) -> tuple[Any, ...]:
        draft = self._session.flow.draft
        prune = draft.recipe.prune
        options = self._session.flow.section(Section.DATA)
        return (draft.model, draft.data, options, prune and (prune.kind, prune.criterion))

    @Slot(str, dict)
    def _take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "sensitivity":
            self._show_found(True)
            self.plot.add(data["layer"], data["fraction"], data["accuracy"], data["baseline"])
            self._show_cell(data["layer"], data["fraction"], data["accuracy"])

    @Slot(object)
    def _ended(self, end: Done | Failed | Cancelled) -> None:
        if isinstance(end, Failed):
            self.message.setText("✗ " + " ".join(failure_text(end)))
        elif isinstance(end, Cancelled):
            self.message.setText(tr("Stopped: what was found so far is shown."))
        self._follow()

    @Slot()
    def _follow(self) -> None:
        """Another kind or criterion: what is shown is not about that any more."""
        draft = self._session.flow.draft
        can_try = draft.recipe.prune is not None and draft.data != WITHOUT_DATA
        self.button.setEnabled(can_try and not self.bridge.running)
        if self._asked is not None and self._asked != self._question() and not self.bridge.running:
            self.message.setText(tr("Found with other choices than now: try again."))

    @Slot()
    def _forget(self) -> None:
        self.bridge.abandon()
        self._clear()
        self.message.clear()
        self._follow()

    def _clear(self) -> None:
        self._asked = None
        self.plot.clear()
        self.table.setRowCount(0)
        self.table.setColumnCount(1)
        self._show_found(False)

    def _show_found(self, found: bool) -> None:
        for widget in (self.plot, self.table, self.about):
            widget.setVisible(found)

    def _show_cell(self, layer: str, fraction: float, accuracy: float) -> None:
        table, header = self.table, percent(fraction, 0)
        columns = [table.horizontalHeaderItem(n).text() for n in range(table.columnCount())]
        if header not in columns:
            table.setColumnCount(len(columns) + 1)
            table.setHorizontalHeaderItem(len(columns), QTableWidgetItem(header))
            columns.append(header)
        rows = [table.item(n, 0).text() for n in range(table.rowCount())]
        if layer not in rows:
            table.setRowCount(len(rows) + 1)
            table.setItem(len(rows), 0, QTableWidgetItem(layer))
            rows.append(layer)
        table.setItem(rows.index(layer), columns.index(header), QTableWidgetItem(percent(accuracy)))
        height = table.horizontalHeader().sizeHint().height() + 4
        table.setFixedHeight(height + sum(table.rowHeight(row) for row in range(min(len(rows), 12))))


def _table() -> QTableWidget:
    table = QTableWidget(0, 1)
    table.setAccessibleName(tr("Right answers by layer and part removed"))
    table.setHorizontalHeaderLabels([tr("Layer")])
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    return table
