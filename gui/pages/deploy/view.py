"""The Deploy page: choose a board, run, watch latency and energy, read how it went."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from codegen.targets.board import Cpu, all_boards
from gui.job_bridge import JobBridge
from gui.plots.linked_plots import LinkedPlots
from gui.services import Services
from gui.widgets.board_help import BoardHelp
from gui.widgets.board_list import BoardEnd, BoardList
from gui.widgets.budget_bar import BudgetBar
from gui.widgets.export_bar import ExportBar
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading, primary
from gui.widgets.page import Page
from gui.wizards.compress.board_page import board_about
from gui.words import tr

_MOST_RUNS = 100_000


class DeployView(Page):
    """Shows; the presenter fills it."""

    start_wanted = Signal()
    shown = Signal()
    left = Signal()

    def __init__(self, services: Services, bridge: JobBridge) -> None:
        super().__init__(tr("Try it on a board"), "")
        self.boards = BoardList()
        self.help = BoardHelp()
        self._make_controls()
        self.panel = JobPanel(bridge, tr("Running on the board"))
        self.body.addWidget(self.panel)
        self.plots = LinkedPlots()
        self.note = explanation()
        self.body.addWidget(card(heading(tr("Live")), self.plots, self.note))
        self._make_result(services)
        self.body.addStretch(1)
        self.first_control = self.start

    def _make_controls(self) -> None:
        self.board = QComboBox()
        for board in sorted(all_boards().values(), key=lambda b: b.cpu is Cpu.HOST):
            self.board.addItem(board.title, board.id)
        self.board_about = explanation()
        self.board.currentIndexChanged.connect(self._show_about)
        self.runs = QSpinBox()
        self.runs.setRange(2, _MOST_RUNS)
        self.runs.setValue(50)
        self.runs.setToolTip(tr("How many test pictures are sent to the board, one after the other"))
        self.start = primary(tr("&Deploy"))
        self.start.clicked.connect(self.start_wanted)
        board_label, runs_label = QLabel(tr("&Board:")), QLabel(tr("&Pictures:"))
        board_label.setBuddy(self.board)
        runs_label.setBuddy(self.runs)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(board_label)
        row.addWidget(self.board, 1)
        row.addWidget(runs_label)
        row.addWidget(self.runs)
        row.addSpacing(8)
        row.addWidget(self.start)
        self.body.addLayout(row)
        self.body.addWidget(self.board_about)
        self.body.addWidget(self.boards)
        self.body.addWidget(self.help)
        self._show_about()

    def _show_about(self) -> None:
        board = all_boards().get(self.board.currentData())
        self.board_about.setText(board_about(board) if board else "")

    def _make_result(self, services: Services) -> None:
        self.verdict = QLabel()
        self.verdict.setWordWrap(True)
        self.flash, self.sram = (
            BudgetBar(tr("Flash"), tr("Program and weights, read from the built program")),
            BudgetBar(tr("SRAM"), tr("Working memory, data and stack, read from the built program")),
        )
        self.predicted = explanation()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(18)
        self._facts.setVerticalSpacing(4)
        facts = QWidget()
        facts.setLayout(self._facts)
        self._facts.setContentsMargins(0, 0, 0, 0)
        bars = QWidget()
        row = QHBoxLayout(bars)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(20)
        row.addWidget(self.flash, 1)
        row.addWidget(self.sram, 1)
        self.another = QPushButton(tr("Do a&nother board"))
        self.another.setToolTip(tr("Plug in the next one: it is chosen by itself, then press Deploy"))
        self.result = card(heading(tr("Result")), self.verdict, facts, bars, self.predicted, self.another)
        self.export = ExportBar(services, self.banner)
        self.body.addWidget(self.result)
        self.body.addWidget(self.export)
        self.result.hide()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.left.emit()

    def begin(self) -> None:
        """While a job runs, the page stays what it was started for."""
        self.banner.clear()
        self.result.hide()
        self._allow_choice(False)
        self.boards.begin()

    def finish(self, ends: Sequence[BoardEnd]) -> None:
        """As of `BoardList.finish`."""
        self._allow_choice(True)
        self.boards.finish(ends)

    def _allow_choice(self, allowed: bool) -> None:
        for control in (self.start, self.board, self.runs):
            control.setEnabled(allowed)

    def show_facts(self, facts: list[tuple[str, str]]) -> None:
        """Name and value pairs, in three columns of pairs."""
        while (item := self._facts.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for place, (name, value) in enumerate(facts):
            name_label, value_label = QLabel(name), QLabel(value)
            name_label.setProperty("muted", True)
            value_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column = 2 * (place % 3)
            self._facts.addWidget(name_label, place // 3, column)
            self._facts.addWidget(value_label, place // 3, column + 1)
        for column in (1, 3, 5):
            self._facts.setColumnStretch(column, 1)
