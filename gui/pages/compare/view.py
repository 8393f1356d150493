"""The Compare page: what to vary, then a plot and a table that grow with each run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from core.compress.quantizers.registry import QUANTIZERS
from core.flow.sections import Section
from core.recipe import Criterion, Schedule
from core.sweep.grid import QUANTIZATIONS
from core.sweep.studies import all_studies
from gui.job_bridge import JobBridge
from gui.plots.sweep_plot import SweepPlot
from gui.recipe_words import choice_label
from gui.widgets.expander import Expander
from gui.widgets.job_panel import JobPanel
from gui.widgets.labels import card, explanation, heading, labelled, primary
from gui.widgets.page import Page
from gui.widgets.read_table import ReadTable
from gui.widgets.spin_boxes import WholeBox
from gui.words import tr

_PER_ROW = 2
_MOST_SEEDS = 20
_ROWS_SEEN = 12


class CompareView(Page):
    """Shows; the presenter fills it."""

    edited = Signal()
    start_wanted = Signal()

    def __init__(self, bridge: JobBridge) -> None:
        super().__init__(
            tr("Compare"),
            tr("Tries a recipe with several amounts and ways, and shows what each costs and saves."),
        )
        self._make_subject()
        self._make_grid()
        self._make_start()
        self.panel = JobPanel(bridge, tr("Comparing"))
        self.body.addWidget(self.panel)
        self._make_results()
        self.body.addStretch(1)
        self.first_control = self.subject

    def _make_subject(self) -> None:
        self.subject = QComboBox()
        self.subject.addItem(tr("The recipe and the model of the steps"), "")
        for study in all_studies().values():
            self.subject.addItem(tr("Study: {title}").format(title=study.title), study.id)
        self.about = explanation()
        self.study_data = QComboBox()
        self.study_data.addItem(tr("Handwritten digits (minutes; a small network stands in)"), "digits")
        self.study_data.addItem(tr("The paper's own data, from your data folder (hours)"), "")
        form = QFormLayout()
        self.study_data_label = labelled(tr("On &data:"), self.study_data)
        form.addRow(labelled(tr("&What:"), self.subject), self.subject)
        form.addRow(self.study_data_label, self.study_data)
        self.body.addLayout(form)
        self.body.addWidget(self.about)
        self.subject.currentIndexChanged.connect(self.edited)
        self.study_data.currentIndexChanged.connect(self.edited)

    def _make_grid(self) -> None:
        self.sparsities = QLineEdit("0, 50, 80, 90, 95")
        self.sparsities.setToolTip(tr("Percentages with commas between; 0 is the network as it is."))
        self.seeds = WholeBox()
        self.seeds.setRange(1, _MOST_SEEDS)
        self.seeds.setToolTip(tr("Each run is repeated with other random numbers; means are shown."))
        grid = QWidget()
        form = QFormLayout(grid)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(labelled(tr("Amounts to &remove (%):"), self.sparsities), self.sparsities)
        form.addRow(labelled(tr("Repetitions (&seeds):"), self.seeds), self.seeds)
        self.criteria = _boxes((c, choice_label(Section.PRUNE, c)) for c in Criterion)
        self.schedules = _boxes((s, choice_label(Section.PRUNE, s)) for s in Schedule)
        self.quantizations = _boxes(
            (q, label) for label, q in QUANTIZATIONS.items() if (q.kind, q.mode) in QUANTIZERS
        )
        more = QWidget()
        ways = QFormLayout(more)
        ways.setContentsMargins(24, 0, 0, 0)
        for text, boxes in (
            (tr("Importance"), self.criteria),
            (tr("Schedule"), self.schedules),
            (tr("Number formats"), self.quantizations),
        ):
            ways.addRow(f"{text}:", _in_rows(boxes.values()))
            for box in boxes.values():
                box.setAccessibleName(f"{text}: {box.text()}")
                box.toggled.connect(self.edited)
        ways.addRow(explanation(tr("Where nothing is ticked, the recipe's own choice is taken.")))
        self.grid = card(heading(tr("What is varied")), grid, Expander(tr("More to compare"), more))
        self.body.addWidget(self.grid)
        self.sparsities.textEdited.connect(self.edited)
        self.seeds.valueChanged.connect(self.edited)

    def _make_start(self) -> None:
        self.out = QLineEdit()
        self.choose_out = QPushButton(tr("Choose…"))
        self.choose_out.setAccessibleName(tr("Choose the folder of the comparison"))
        row = QHBoxLayout()
        row.addWidget(labelled(tr("Results go &to:"), self.out))
        row.addWidget(self.out, 1)
        row.addWidget(self.choose_out)
        self.body.addLayout(row)
        self.why = explanation()
        self.start = primary(tr("&Compare"))
        below = QHBoxLayout()
        below.addWidget(self.why, 1)
        below.addWidget(self.start)
        self.body.addLayout(below)
        self.out.textEdited.connect(self.edited)
        self.start.clicked.connect(self.start_wanted)

    def _make_results(self) -> None:
        self.plot = SweepPlot()
        self.table = ReadTable(tr("The runs"))
        self.folder = QPushButton(tr("Open &folder"))
        self.pdf = QPushButton(tr("Open the re&port (PDF)"))
        row = QHBoxLayout()
        row.addWidget(self.pdf)
        row.addWidget(self.folder)
        row.addStretch(1)
        self.results = card(heading(tr("What came out")), self.plot, self.table)
        layout: Any = self.results.layout()
        layout.addLayout(row)
        self.body.addWidget(self.results)
        self.results.hide()

    def show_rows(self, header: list[str], rows: list[list[str]]) -> None:
        """One line a run."""
        self.table.set_headings(header)
        self.table.show_rows(rows, _ROWS_SEEN)


def ticked(boxes: dict[Any, QCheckBox]) -> tuple[Any, ...]:
    """The values whose boxes are ticked."""
    return tuple(value for value, box in boxes.items() if box.isChecked())


def _boxes(values: Iterable[tuple[Any, str]]) -> dict[Any, QCheckBox]:
    return {value: QCheckBox(text) for value, text in values}


def _in_rows(boxes: Iterable[QCheckBox]) -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    for place, box in enumerate(boxes):
        grid.addWidget(box, place // _PER_ROW, place % _PER_ROW)
    return holder
