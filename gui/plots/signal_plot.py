"""One quantity over time: as much of it as the pixels show, whatever the number of samples."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from core.bench import Source
from core.live.quantity import Quantity
from core.live.signal import Signal as Samples
from core.live.signal import Span
from core.meters.sums import Floats
from gui.plots.style import colours, make_plot, show_empty, show_numbers, thin
from gui.quantity_words import shown, source_words
from gui.theme import theme
from gui.words import number, tr

#: Left of the plots, so that they stand exactly below each other.
_AXIS_PIXELS = 70
_HEIGHT, _TIME_AXIS = 118, 34
#: Of the height: free above and below the line, and the marks of lost samples along the bottom.
_ROOM, _LOST = 0.12, 0.07
#: A line that fills less of the height than this is shown larger.
_SMALL = 0.5
_DENSITY = 0.9
#: So few samples have dots, of so many pixels.
_FEW, _DOT = 12, 5
_SERIES = {quantity: place % 4 for place, quantity in enumerate(Quantity)}


class SignalPlot(QObject):
    """`draw` shows a span of a signal. Lost samples are marked along the bottom and counted in the title; an
    estimate is dashed and says so."""

    #: The mouse moved or zoomed: the times from and to which is shown now.
    moved = Signal(float, float)
    #: A marker was dragged: the times of both.
    selected = Signal(float, float)

    def __init__(self, quantity: Quantity, parent: QObject) -> None:
        super().__init__(parent)
        self.quantity = quantity
        self._shown = shown(quantity)
        self._source = Source.MEASURED
        self._lost = 0
        self._low, self._high = 0.0, 1.0
        self._about = ""
        self.plot = make_plot(tr("Time (s)"), self._shown.unit, self._shown.title, _HEIGHT)
        self.plot.getAxis("left").setWidth(_AXIS_PIXELS)
        for side in ("left", "bottom"):  # finer ticks took three quarters of the time of a frame
            self.plot.getAxis(side).setStyle(maxTickLevel=0)
            self.plot.getAxis(side).setTickDensity(_DENSITY)
        self.plot.setMouseEnabled(x=True, y=False)
        self._dots = pg.ScatterPlotItem(size=_DOT, pen=None)
        self._curve, self._lost_marks, self._slow_marks = (pg.PlotCurveItem() for _ in range(3))
        self.region = pg.LinearRegionItem(swapMode="sort")
        self.region.setZValue(10)
        self.region.hide()
        for item in (self._slow_marks, self._curve, self._dots, self._lost_marks, self.region):
            self.plot.addItem(item, ignoreBounds=True)
        view = self.plot.getViewBox()
        view.disableAutoRange()
        view.sigRangeChangedManually.connect(self._tell_moved)
        self.region.sigRegionChanged.connect(self._tell_selected)
        theme().changed.connect(self._recolour)
        self._recolour()
        self.clear()

    def set_source(self, source: Source, about: str = "") -> None:
        """Where the values are from; `about` says it more closely."""
        self._source = source
        self._about = about or source_words(source)
        self._recolour()

    def show_time_axis(self, visible: bool) -> None:
        """Only the lowest plot has it."""
        self.plot.showAxis("bottom", visible)
        self.plot.setFixedHeight(_HEIGHT + (_TIME_AXIS if visible else 0))

    def clear(self) -> None:
        self._lost, self._low, self._high = 0, 0.0, 1.0
        for curve in (self._curve, self._dots, self._lost_marks, self._slow_marks):
            curve.setData([], [])
        show_empty(self.plot)
        self._title()

    def draw(self, samples: Samples, span: Span, slow_s: Floats) -> None:
        """`slow_s` are times at which the computer ran slower than it could."""
        picture = samples.picture(span, max(int(self.plot.getViewBox().width()), 100))
        values = picture.value * self._shown.scale
        show_numbers(self.plot)
        low, high = self._low, self._high = _range_of(values, self._low, self._high)
        view = self.plot.getViewBox()
        view.setRange(xRange=(span.begin_s, span.end_s), yRange=(low, high), padding=0)
        self._curve.setData(picture.time_s, values, connect="finite")
        self._show_dots(picture.time_s, values)
        self._lost_marks.setData(*_strokes(picture.lost_s, low, low + _LOST * (high - low)), connect="pairs")
        inside = slow_s[(slow_s >= span.begin_s) & (slow_s <= span.end_s)]
        self._slow_marks.setData(*_strokes(inside, low, high), connect="pairs")
        self.plot.scene().prepareForPaint()  # or every change is painted twice
        if samples.lost != self._lost:
            self._lost = samples.lost
            self._title()

    def _show_dots(self, times_s: Floats, values: Floats) -> None:
        """On single samples: one alone makes no line."""
        if len(times_s) <= _FEW:
            self._dots.setData(times_s, values)
        elif len(self._dots.data):
            self._dots.setData([], [])

    def show_selection(self, span: Span | None) -> None:
        """The markers of all plots are the same."""
        self.region.setVisible(span is not None)
        if span is not None and self.region.getRegion() != (span.begin_s, span.end_s):
            self.region.blockSignals(True)
            self.region.setRegion((span.begin_s, span.end_s))
            self.region.blockSignals(False)

    def _tell_moved(self) -> None:
        begin_s, end_s = self.plot.getViewBox().viewRange()[0]
        self.moved.emit(begin_s, end_s)

    def _tell_selected(self) -> None:
        self.selected.emit(*self.region.getRegion())

    def _title(self) -> None:
        words = f"{self._shown.title} – {self._about}"
        if self._lost:
            words += " · " + tr("{count} samples lost").format(count=number(self._lost))
        self.plot.setTitle(words, color=colours().text, size="9pt", justify="left")
        self.plot.setAccessibleName(words)

    def _recolour(self) -> None:
        look = colours()
        estimate = self._source is Source.ESTIMATED
        self._curve.setPen(thin(look.series[_SERIES[self.quantity]], dashed=estimate))
        self._dots.setBrush(QColor(look.series[_SERIES[self.quantity]]))
        self._lost_marks.setPen(thin(look.bad))
        self._slow_marks.setPen(thin(look.warning))
        fill = QColor(look.accent)
        fill.setAlpha(36)
        self.region.setBrush(fill)
        for line in self.region.lines:
            line.setPen(thin(look.accent))
            line.setHoverPen(thin(look.text))
        self._title()


def _range_of(values: Floats, low: float, high: float) -> tuple[float, float]:
    """What is shown of the values: from `low` to `high`, as before, while they fit in there and fill it.

    Five percent around the values at least: tiny differences must not look large.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return low, high
    least, largest = float(finite.min()), float(finite.max())
    room = max((largest - least) * _ROOM, abs(largest) * 0.05, 1e-9)
    if low <= least and largest <= high and largest - least + 2 * room >= _SMALL * (high - low):
        return low, high
    return least - room, largest + room


def _strokes(times_s: Floats, low: float, high: float) -> tuple[Floats, Floats]:
    """Upright strokes, as pairs of points."""
    return np.repeat(times_s, 2), np.tile([low, high], len(times_s))
