"""What is measured, where and with what: the controls above the plots."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from core.boards.placing import is_on_usb
from core.boards.usb_ports import UsbBoard, choose_usb_board
from core.flow.live_bench import NO_METER, LiveBench, places
from core.flow.open_run import OpenRun
from core.meters.choice import usage
from core.meters.registry import METERS
from core.pi.board import PI
from core.pi.engines import ENGINES, ModelForm
from core.pi.known import known_pis, settings_of
from core.pi.settings import DEFAULT_SETTINGS
from gui.widgets.board_row import words_of
from gui.widgets.labels import primary
from gui.widgets.spin_boxes import WholeBox
from gui.words import tr

_MOST_RUNS, _MOST_WINDOWS = 1_000_000, 100
_RUNS = 50


class BenchForm(QWidget):
    """`bench` gives what is chosen."""

    start_wanted = Signal()
    model_wanted = Signal()
    place_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._run: OpenRun | None = None
        self._found: tuple[UsbBoard, ...] = ()
        self._make_controls()
        self._lay_out()
        self.place.currentIndexChanged.connect(self._place_chosen)
        self.meter.currentIndexChanged.connect(self._meter_chosen)
        self.file.clicked.connect(self._choose_recording)
        self._place_chosen()
        self._meter_chosen()

    def _make_controls(self) -> None:
        self.model = QLineEdit()
        self.model.setReadOnly(True)
        self.model.setPlaceholderText(tr("None chosen yet"))
        self.choose = QPushButton(tr("&Choose…"))
        self.choose.setAccessibleName(tr("Choose a model or the results of a run"))
        self.choose.clicked.connect(self.model_wanted)
        self.place, self.engine, self.meter, self.pi, self.usb = (QComboBox() for _ in range(5))
        for box in (self.place, self.engine, self.meter, self.pi, self.usb):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(12)
        for board in places().values():
            self.place.addItem(board.title, board.id)
        for engine in ENGINES.values():
            if engine.form is not ModelForm.KERAS:
                self.engine.addItem(engine.title, engine.id)
        self.usb.setPlaceholderText(tr("None is plugged in yet; it appears here by itself"))
        self.pi.setPlaceholderText(tr("None yet: connect one on the page “Raspberry Pi”"))
        kinds = sorted(METERS.values(), key=lambda kind: kind.id != NO_METER)
        for kind in kinds:
            self.meter.addItem(tr("None (estimate)") if kind.id == NO_METER else tr(kind.title), kind.id)
        self.target = QLineEdit()
        self.target.setAccessibleName(tr("Which meter, and its options"))
        self.file = QPushButton(tr("&Recording…"))
        self.file.setAccessibleName(tr("Choose a recording"))
        self.runs, self.windows = WholeBox(), WholeBox()
        self.runs.setRange(2, _MOST_RUNS)
        self.runs.setValue(_RUNS)
        self.windows.setRange(0, _MOST_WINDOWS)
        self.windows.setSpecialValueText(tr("none"))
        self.windows.setToolTip(
            tr("Series of at least ten seconds each, as the MLPerf Tiny benchmark counts; 5 are usual")
        )
        self.start = primary(tr("&Start"))
        self.start.clicked.connect(self.start_wanted)

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        self._row(grid, 0, tr("M&odel:"), self.model, self.choose)
        self._row(grid, 1, tr("Boar&d:"), self.place)
        self._pi_label, self._engine_label = QLabel(tr("Raspberr&y Pi:")), QLabel(tr("En&gine:"))
        self._pi_label.setBuddy(self.pi)
        self._engine_label.setBuddy(self.engine)
        self._usb_label = QLabel(tr("&Which one:"))
        self._usb_label.setBuddy(self.usb)
        grid.addWidget(self._pi_label, 2, 0)
        grid.addWidget(self._usb_label, 2, 0)
        line = QHBoxLayout()
        for part in (self.usb, self.pi, self._engine_label, self.engine):
            line.addWidget(part, 0 if part is self._engine_label else 1)
        grid.addLayout(line, 2, 1)
        self._row(grid, 3, tr("&Power:"), self.meter, self.target, self.file)
        windows = self._label(tr("&Time windows:"), self.windows)
        self._row(grid, 4, tr("I&nferences:"), self.runs, windows, self.windows, None, self.start)
        grid.setColumnStretch(1, 1)

    def _label(self, text: str, control: QWidget) -> QLabel:
        label = QLabel(text)
        label.setBuddy(control)
        return label

    def _row(
        self, grid: QGridLayout, row: int, label: str, control: QWidget, *others: QWidget | None
    ) -> None:
        grid.addWidget(self._label(label, control), row, 0)
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(control, 1 if isinstance(control, QLineEdit | QComboBox) else 0)
        for other in others:
            if other is None:
                line.addStretch(1)
            else:
                line.addWidget(other, 1 if isinstance(other, QLineEdit | QComboBox) else 0)
        grid.addLayout(line, row, 1)

    def set_run(self, run: OpenRun | None) -> None:
        """The model that is measured."""
        self._run = run
        self.model.setText("" if run is None else f"{run.title} ({run.model})")
        self.model.setCursorPosition(0)
        self.start.setEnabled(run is not None)

    def set_place(self, place: str) -> None:
        index = self.place.findData(place)
        if index >= 0:
            self.place.setCurrentIndex(index)

    @property
    def run(self) -> OpenRun | None:
        return self._run

    def bench(self) -> LiveBench | None:
        """What is chosen; None without a model. Raises ThimbleError ``board-not-there``."""
        if self._run is None:
            return None
        usb, pi = self.target_board(), self.pi.currentData()
        return LiveBench(
            self._run,
            str(self.place.currentData()),
            self.runs.value(),
            self.windows.value(),
            self._meter_words(),
            None if usb is None else usb.key,
            pi,
            engine=str(self.engine.currentData()),
            pi_settings=DEFAULT_SETTINGS if pi is None else settings_of(pi),
            pretended=usb is not None and usb.pretended,
        )

    def _meter_words(self) -> str:
        target = self.target.text().strip()
        kind = str(self.meter.currentData())
        return f"{kind}:{target}" if target and self.target.isVisibleTo(self) else kind

    def target_board(self) -> UsbBoard | None:
        """The board on USB that is chosen; None for kinds that are not on USB, and for one that is not there
        because the meter has yet to feed it.

        Raises ThimbleError ``board-not-there``."""
        place = places()[self.place.currentData()]
        waits = METERS[self.meter.currentData()].feeds and not self.usb.count()
        if waits or not is_on_usb(place):
            return None
        return choose_usb_board(place, self.usb.currentData(), self._found)

    @Slot(object)
    def set_found(self, found: tuple[UsbBoard, ...]) -> None:
        """What is plugged in now; what was chosen stays chosen while it is there."""
        self._found = found
        chosen = self.usb.currentData()
        self.usb.clear()
        for usb in found:
            if usb.board.id == self.place.currentData():
                self.usb.addItem(words_of(usb), usb.key)
        self.usb.setCurrentIndex(max(0, self.usb.findData(chosen)) if self.usb.count() else -1)

    @Slot()
    def refresh(self) -> None:
        """The Pis that are known now."""
        chosen = self.pi.currentText()
        self.pi.clear()
        for pi in known_pis():
            self.pi.addItem(f"{pi.title} ({pi.address.where})", pi.address)
        self.pi.setCurrentIndex(max(0, self.pi.findText(chosen)) if self.pi.count() else -1)

    @Slot()
    def _place_chosen(self) -> None:
        place = places()[self.place.currentData()]
        on_pi = place.id == PI
        for part in (self._pi_label, self.pi, self._engine_label, self.engine):
            part.setVisible(on_pi)
        for part in (self._usb_label, self.usb):
            part.setVisible(is_on_usb(place))
        if on_pi:
            self.refresh()
        self.set_found(self._found)
        self.place_changed.emit()

    @Slot()
    def _meter_chosen(self) -> None:
        kind = METERS[self.meter.currentData()]
        self.target.setVisible(bool(kind.target) or bool(dataclasses.fields(kind.options)))
        self.target.setPlaceholderText(usage(kind).partition(":")[2])
        self.target.setToolTip(tr("{about}; as on the command line: {usage}").format(
            about=tr(kind.about), usage=usage(kind)
        ))  # fmt: skip
        self.file.setVisible(kind.target == "file")

    @Slot()
    def _choose_recording(self) -> None:
        path, _ = QFileDialog.getOpenFileName(
            self, tr("Choose a recording"), str(Path.home()), tr("Recordings (*.csv);;All files (*)")
        )
        if path:
            self.target.setText(path)
