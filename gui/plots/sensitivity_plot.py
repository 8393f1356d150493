"""Accuracy against the part of one layer that is removed: a curve for each layer, as they come."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.style import colours, make_plot, show_empty, show_numbers, thin
from gui.theme import theme
from gui.words import tr

#: More curves than these cannot be told apart by colour and sign.
_SIGNS = ("o", "s", "t", "d", "+", "x", "star")


class SensitivityPlot(QWidget):
    """`add` a point when it is known."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = make_plot(
            tr("Removed from this layer alone (%)"),
            tr("Right answers (%)"),
            tr("Accuracy against the part of each layer that is removed"),
            height=260,
        )
        legend = self.plot.addLegend(offset=(10, -10), labelTextSize="8pt")
        legend.setLabelTextColor(colours().text)
        self.points: dict[str, list[tuple[float, float]]] = {}
        self._curves: dict[str, pg.PlotDataItem] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme().changed.connect(self._recolour)
        self.clear()

    def clear(self) -> None:
        """No curve is left."""
        for curve in self._curves.values():
            self.plot.removeItem(curve)
        self.points.clear()
        self._curves.clear()
        show_empty(self.plot, 0, 101)

    def add(self, layer: str, fraction: float, accuracy: float, baseline: float) -> None:
        """All in 0…1; `baseline` is the accuracy of the untouched model."""
        if layer not in self.points:
            self.points[layer] = [(0.0, baseline)]
            sign = _SIGNS[len(self._curves) % len(_SIGNS)]
            self._curves[layer] = self.plot.plot(symbol=sign, symbolSize=7, name=layer)
            self._recolour()
        self.points[layer] = sorted([*self.points[layer], (fraction, accuracy)])
        xs, ys = zip(*self.points[layer], strict=True)
        self._curves[layer].setData([100 * x for x in xs], [100 * y for y in ys])
        show_numbers(self.plot)
        self.plot.setXRange(0, 100, padding=0.02)

    def _recolour(self) -> None:
        series = colours().series
        for place, curve in enumerate(self._curves.values()):
            colour = series[place % len(series)]
            curve.setPen(thin(colour))
            curve.setSymbolPen(thin(colour))
            curve.setSymbolBrush(colour)
        self.plot.getPlotItem().legend.setLabelTextColor(colours().text)
