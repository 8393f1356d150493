"""The buttons above the plots: pause, zoom, markers, save."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from core.live.signal import Span
from gui.plots.linked_plots import LinkedPlots
from gui.quantity_words import short
from gui.widgets.labels import explanation
from gui.widgets.spin_boxes import DecimalBox
from gui.words import tr

_LONGEST_S = 1e6


class Part(Enum):
    """What is saved."""

    ALL = "all"
    SEEN = "seen"
    SELECTION = "selection"


class LiveTools(QWidget):
    """Drives the plots; `save_wanted` (a `Part`) asks for a file. `markers_row` belongs below the plots."""

    save_wanted = Signal(object)

    def __init__(self, plots: LinkedPlots) -> None:
        super().__init__()
        self._plots = plots
        row = _row(self)
        self.pause = self._button(
            row, tr("Pa&use"), plots.toggle_pause, tr("Measures on, but draws nothing new")
        )
        self.pause.setCheckable(True)
        self.zoom_in = self._button(row, tr("Zoom &in"), lambda: plots.zoom(inwards=True))
        self.zoom_out = self._button(row, tr("&Zoom out"), lambda: plots.zoom(inwards=False))
        self.whole = self._button(row, tr("Show all"), plots.show_whole, tr("And follow what comes"))
        row.addStretch(1)
        self.save = QPushButton(tr("S&ave"))
        self.save.setMenu(self._save_menu())
        row.addWidget(self.save)
        self.markers_row = QWidget()
        row = _row(self.markers_row)
        self.markers = self._button(row, tr("&Markers"), plots.toggle_markers, tr("Two markers; drag them"))
        self.markers.setCheckable(True)
        self.first, self.second = self._time(row, tr("A (s):")), self._time(row, tr("&B (s):"))
        self.between = explanation()
        row.addWidget(self.between, 1)
        plots.changed.connect(self.show_state)
        self.show_state()

    def _button(self, row: QHBoxLayout, text: str, slot: Callable[[], None], about: str = "") -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(about)
        button.clicked.connect(lambda checked=False: slot())
        row.addWidget(button)
        return button

    def _time(self, row: QHBoxLayout, text: str) -> QDoubleSpinBox:
        box = DecimalBox()
        box.setRange(-_LONGEST_S, _LONGEST_S)
        box.setDecimals(5)
        box.setSingleStep(0.1)
        box.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        box.setMaximumWidth(100)
        box.setAlignment(Qt.AlignmentFlag.AlignRight)
        box.valueChanged.connect(self._typed)
        label = QLabel(text)
        label.setBuddy(box)
        row.addWidget(label)
        row.addWidget(box)
        return box

    def _save_menu(self) -> QMenu:
        menu = QMenu(self)
        words = {
            Part.ALL: tr("&Everything…"),
            Part.SEEN: tr("What is &seen…"),
            Part.SELECTION: tr("&Between the markers…"),
        }
        self.parts = {part: menu.addAction(text) for part, text in words.items()}
        for part, action in self.parts.items():
            action.triggered.connect(lambda _=False, part=part: self.save_wanted.emit(part))
        return menu

    @Slot()
    def show_state(self) -> None:
        """Show what the plots do."""
        run, selection = self._plots.run, self._plots.selection
        something = run is not None and run.span is not None
        for button in (self.pause, self.zoom_in, self.zoom_out, self.whole, self.markers, self.save):
            button.setEnabled(something)
        self.pause.setChecked(self._plots.viewport.paused)
        self.markers.setChecked(selection is not None)
        self.between.setText(
            "" if selection is None else tr("{time} s between them").format(time=short(selection.duration_s))
        )
        self.parts[Part.SELECTION].setEnabled(selection is not None)
        for box, value in zip((self.first, self.second), _ends(selection), strict=True):
            box.setEnabled(selection is not None)
            if not box.hasFocus() or box.value() != round(value, 5):
                box.blockSignals(True)
                box.setValue(value)
                box.blockSignals(False)

    @Slot()
    def _typed(self) -> None:
        ends = sorted((self.first.value(), self.second.value()))
        self._plots.select(Span(*ends))


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    return row


def _ends(selection: Span | None) -> tuple[float, float]:
    return (0.0, 0.0) if selection is None else (selection.begin_s, selection.end_s)
