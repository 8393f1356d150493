"""Accuracy against what is left of the network, a curve a way of doing it; it grows with each run."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.sweep.result import Point
from core.sweep.summary import CellResult, done_cells
from gui.plots.style import colours, make_plot, show_empty, thin
from gui.theme import theme
from gui.words import tr

_SIGNS = ("o", "s", "t", "d", "+", "x", "star")
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100)


#: Series, criterion, schedule and number format; criterion and schedule are empty for the unpruned network.
_Way = tuple[str, str, str, str]
_Dot = tuple[float, float]


class SweepPlot(QWidget):
    """`show_points` draws all that is known; runs that differ in their seed alone become one mean."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = make_plot(
            tr("Parameters left and not zero (%, logarithmic)"),
            tr("Right answers (%)"),
            tr("Accuracy against what is left of the network"),
            height=300,
        )
        self.plot.addLegend(offset=(10, 10), labelTextSize="8pt")
        self.curves: dict[str, list[tuple[float, float]]] = {}
        self._points: tuple[Point, ...] = ()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme().changed.connect(self._draw)
        self._draw()

    def show_points(self, points: tuple[Point, ...]) -> None:
        self._points = points
        self._draw()

    def _draw(self) -> None:
        self.plot.clear()
        legend = self.plot.getPlotItem().legend
        legend.clear()
        legend.setLabelTextColor(colours().text)
        self.curves = _curves(done_cells(self._points))
        if not self.curves:
            show_empty(self.plot, 0, 101)
            return
        series = colours().series
        for place, (name, dots) in enumerate(self.curves.items()):
            colour = series[place % len(series)]
            self.plot.plot(
                [math.log10(x) for x, _ in dots], [y for _, y in dots],
                pen=thin(colour), symbol=_SIGNS[place % len(_SIGNS)], symbolSize=8,
                symbolPen=thin(colour), symbolBrush=colour, name=name,
            )  # fmt: skip
        least = min(x for dots in self.curves.values() for x, _ in dots)
        ticks = [(math.log10(tick), f"{tick:g}") for tick in _TICKS]
        self.plot.getAxis("bottom").setTicks([ticks])
        self.plot.getAxis("left").setTicks(None)
        self.plot.setXRange(math.log10(min(least, 50.0)), 2.0, padding=0.04)
        lowest = min(y for dots in self.curves.values() for _, y in dots)
        self.plot.setYRange(max(0.0, lowest - 5), 101, padding=0)


def _curves(cells: list[CellResult]) -> dict[str, list[tuple[float, float]]]:
    """(parameters left, accuracy), both in percent, by what the curve is of.

    The unpruned network is where all curves of its series and number format end.
    """
    found: dict[_Way, list[_Dot]] = {}
    for result in cells:
        cell = result.cell
        way = (cell.series, cell.criterion, cell.schedule, cell.quantize)
        left = max(100 * result.spread("remaining").mean, 0.01)
        found.setdefault(way, []).append((left, 100 * result.spread("accuracy").mean))
    for way in [way for way in found if not way[1]]:
        pruned = [other for other in found if other[1] and (other[0], other[3]) == (way[0], way[3])]
        for other in pruned:
            found[other] += found[way]
        if pruned:
            del found[way]
    return {", ".join(part for part in way if part): sorted(dots) for way, dots in found.items()}
