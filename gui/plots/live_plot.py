"""Latency and energy while the board runs: a timer polls the ring buffer at display rate."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.plots.ring_buffer import FloatArray, RingBuffer
from gui.plots.style import colours, make_plot, show_empty, show_numbers, thin
from gui.theme import theme
from gui.words import tr

#: Rows are (index, latency in ms, energy in mJ).
COLUMNS = 3
CAPACITY = 100_000
_POLL_MS = 33


class LivePlot(QWidget):
    """`buffer` is pushed to from any thread; nothing is drawn while nothing new has come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buffer = RingBuffer(CAPACITY, COLUMNS)
        self._drawn = 0
        index = tr("Inference")
        self.latency = make_plot(index, tr("Latency (ms)"), tr("Latency of each inference"))
        self.energy = make_plot(index, tr("Energy (mJ)"), tr("Energy of each inference"))
        self._latency_curve = self.latency.plot()
        self._energy_curve = self.energy.plot()
        for curve in (self._latency_curve, self._energy_curve):
            curve.setDownsampling(auto=True, method="peak")
            curve.setClipToView(True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.latency, 1)
        layout.addWidget(self.energy, 1)
        self._timer = QTimer(self)
        self._timer.setInterval(_POLL_MS)
        self._timer.timeout.connect(self.poll)
        self._estimated = (False, True)
        theme().changed.connect(self._recolour)
        self.set_estimated(latency=False, energy=True)
        self._show_empty()

    @property
    def drawn(self) -> int:
        """How many samples the picture shows."""
        return self._drawn

    def set_estimated(self, latency: bool, energy: bool) -> None:
        """Estimates are drawn dashed and say so."""
        self._estimated = (latency, energy)
        self.latency.setTitle(tr("Latency – cycle estimate") if latency else tr("Latency – measured"))
        self.energy.setTitle(tr("Energy – estimate") if energy else tr("Energy – measured"))
        self._recolour()

    def begin(self) -> None:
        self.buffer.clear()
        self._show_empty()
        self._drawn = -1
        self.poll()
        self._timer.start()

    def finish(self) -> None:
        """Draw what is left and stop polling."""
        self._timer.stop()
        self.poll()

    @Slot()
    def poll(self) -> None:
        if self.buffer.written == self._drawn:
            return
        self._drawn = self.buffer.written
        rows = self.buffer.snapshot()
        self._latency_curve.setData(rows[:, 0], rows[:, 1])
        self._energy_curve.setData(rows[:, 0], rows[:, 2], connect="finite")
        if len(rows):
            for plot, column in ((self.latency, 1), (self.energy, 2)):
                show_numbers(plot)
                plot.setXRange(rows[0, 0], max(rows[-1, 0], rows[0, 0] + 1), padding=0.02)
                _fit_height(plot, rows[:, column])

    def _show_empty(self) -> None:
        for plot in (self.latency, self.energy):
            show_empty(plot)

    def _recolour(self) -> None:
        series, (latency, energy) = colours().series, self._estimated
        self._latency_curve.setPen(thin(series[0], dashed=latency))
        self._energy_curve.setPen(thin(series[1], dashed=energy))
        for plot in (self.latency, self.energy):
            label = plot.getPlotItem().titleLabel
            label.setText(label.text, color=colours().text, size="10pt")


def _fit_height(plot: pg.PlotWidget, values: FloatArray) -> None:
    """Five percent around the values at least: tiny differences must not look large."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return
    low, high = float(finite.min()), float(finite.max())
    room = max((high - low) * 0.15, abs(high) * 0.05, 1e-9)
    plot.setYRange(low - room, high + room, padding=0)
