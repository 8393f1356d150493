"""The Live page: start a bench, watch what it tells, measure in the picture, save it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent

from gui.job_bridge import JobBridge
from gui.pages.live.bench_form import BenchForm
from gui.pages.live.result_card import ResultCard
from gui.pages.live.statistics_table import StatisticsTable
from gui.pages.live.tools import LiveTools
from gui.plots.linked_plots import LinkedPlots
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation
from gui.widgets.page import Page
from gui.words import tr


class LiveView(Page):
    """Shows; the presenter fills it."""

    shown = Signal()
    left = Signal()

    def __init__(self, bridge: JobBridge, saving: JobBridge) -> None:
        super().__init__(
            tr("Live"), tr("Runs a model again and again, and shows what it takes while it takes it.")
        )
        self.form = BenchForm()
        self.panel = JobPanel(bridge, tr("Measuring"))
        self.saving_panel = JobPanel(saving, tr("Saving"))
        self.plots = LinkedPlots()
        self.tools = LiveTools(self.plots)
        self.note = explanation()
        self.statistics = StatisticsTable()
        parts = (self.tools, self.plots, self.note, self.tools.markers_row, self.statistics)
        self.body.addWidget(self.form)
        self.body.addWidget(self.panel)
        self.body.addWidget(self.saving_panel)
        self.result = ResultCard()
        self.body.addWidget(card(*parts))
        self.body.addWidget(self.result)
        self.body.addStretch(1)
        self.first_control = self.form.start

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.left.emit()
