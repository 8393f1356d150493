"""The Run page: progress and the live curve, then what came of it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.job_bridge import JobBridge
from gui.pages.run.quantization_card import QuantizationCard
from gui.plots.confusion import ConfusionMatrix
from gui.plots.layer_bars import LayerBars, LayerChange
from gui.plots.training_curve import TrainingCurve
from gui.services import Services
from gui.widgets.export_bar import ExportBar
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading, primary
from gui.widgets.page import Page
from gui.words import tr


class ConfusionPair(QFrame):
    """The matrices of the original and of the compressed model side by side; hidden where a run has none."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("card", True)
        self.before, self.after = ConfusionMatrix(tr("Before")), ConfusionMatrix(tr("After"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addWidget(heading(tr("What is taken for what (rows: what it really is)")))
        row = QHBoxLayout()
        row.addWidget(self.before)
        row.addWidget(self.after)
        layout.addLayout(row)

    def show_run(self, run: dict[str, Any]) -> None:
        confusion = run.get("confusion") or {}
        whole = all(confusion.get(part) for part in ("classes", "before", "after"))
        self.setVisible(whole)
        if whole:
            self.before.show_matrix(confusion["classes"], confusion["before"])
            self.after.show_matrix(confusion["classes"], confusion["after"])


class RunView(Page):
    """Shows; the presenter fills it."""

    deploy_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, services: Services, bridge: JobBridge) -> None:
        super().__init__(tr("Compress"), "")
        self.panel = JobPanel(bridge, tr("Compressing the model"))
        self.body.addWidget(self.panel)
        self.curve = TrainingCurve()
        self.curve_card = card(heading(tr("Training")), self.curve)
        self._make_result(services)
        self.body.addWidget(self.curve_card)
        self.back = QPushButton(tr("Back to the settings"))
        self.back.clicked.connect(self.settings_wanted)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        self.body.addLayout(row)
        self.body.addStretch(1)
        self.first_control = self.panel.cancel
        self.result.hide()

    def _make_result(self, services: Services) -> None:
        self.result = QWidget()
        layout = QVBoxLayout(self.result)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        self.table = QTableWidget(0, 3)
        self.table.setAccessibleName(tr("Before and after"))
        self.table.setHorizontalHeaderLabels(["", tr("Before"), tr("After")])
        self.table.verticalHeader().hide()
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.layers = LayerBars()
        self.export = ExportBar(services, self.banner)
        self.deploy = primary(tr("Try it on a board"))
        self.deploy.clicked.connect(self.deploy_wanted)
        row = QHBoxLayout()
        row.addWidget(self.deploy)
        row.addWidget(self.export, 1)
        layout.addLayout(row)
        self.findings = explanation()
        layout.addWidget(card(heading(tr("Before and after")), self.table, self.findings))
        layout.addWidget(card(heading(tr("What is left of each layer")), self.layers))
        self.quantization = QuantizationCard()
        self.confusion = ConfusionPair()
        layout.addWidget(self.quantization)
        layout.addWidget(self.confusion)
        self.body.addWidget(self.result)

    def show_rows(self, rows: list[tuple[str, str, str]]) -> None:
        """Rows of the table: what, before, after."""
        self.table.setRowCount(len(rows))
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                if column:
                    item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        height = self.table.horizontalHeader().sizeHint().height() + 4
        height += sum(self.table.rowHeight(row) for row in range(len(rows)))
        self.table.setFixedHeight(height)

    def show_layers(self, layers: list[LayerChange]) -> None:
        self.layers.show_layers(layers)
