"""One look for every plot: the theme's colours, thin pens, no menus that surprise."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QPen

from gui.theme import Colours, theme


class ThemedPlot(pg.PlotWidget):
    """A plot in the theme's colours."""

    @Slot()
    def recolour(self) -> None:
        """Put the theme's colours on the background and the axes."""
        colours = theme().colours
        self.setBackground(colours.card)
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(thin(colours.line))
            axis.setTextPen(colours.muted)
        title = self.getPlotItem().titleLabel
        if title.text:
            title.setText(title.text, color=colours.text)


def make_plot(x: str, y: str, name: str, height: int = 200) -> pg.PlotWidget:
    """A plot whose axes are named; `name` is what a screen reader says."""
    plot = ThemedPlot(enableMenu=False)
    plot.setAccessibleName(name)
    plot.hideButtons()
    plot.setMouseEnabled(x=False, y=False)
    plot.setLabel("bottom", x)
    plot.setLabel("left", y)
    plot.getAxis("left").enableAutoSIPrefix(False)
    plot.getAxis("bottom").enableAutoSIPrefix(False)
    plot.showGrid(x=False, y=True, alpha=0.25)
    plot.setFixedHeight(height)
    plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    plot.recolour()
    # A method of the widget itself, so that the connection ends with it; the theme outlives every plot.
    theme().changed.connect(plot.recolour)
    return plot


def show_empty(plot: pg.PlotWidget, low: float | None = None, high: float | None = None) -> None:
    """No numbers on the axes while there is nothing to read off; from `low` to `high` where that is known."""
    known = low is not None and high is not None
    plot.setXRange(1, 2, padding=0.03)
    plot.setYRange(low if known else 0, high if known else 1, padding=0)
    plot.getAxis("bottom").setTicks([[]])
    plot.getAxis("left").setTicks(None if known else [[]])


def show_numbers(plot: pg.PlotWidget) -> None:
    """The axes' own numbers again."""
    for side in ("left", "bottom"):
        plot.getAxis(side).setTicks(None)


def thin(colour: str, dashed: bool = False) -> QPen:
    """A pen of width 1: wider ones are ten times slower to draw."""
    pen = pg.mkPen(QColor(colour), width=1)
    if dashed:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


def colours() -> Colours:
    return theme().colours
