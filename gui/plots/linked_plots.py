"""Plots of all quantities of a run below each other, over the same time."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from PySide6.QtCore import QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.bench import Source
from core.live.quantity import Quantity
from core.live.run import LiveRun
from core.live.signal import Span
from core.live.viewport import Viewport
from gui.plots.signal_plot import SignalPlot
from gui.theme import theme
from gui.words import tr

_POLL_MS = 33
_ZOOM, _STEP = 0.5, 0.25
#: What is shown while there is nothing yet.
_FIRST = (Quantity.LATENCY, Quantity.ENERGY)


class LinkedPlots(QWidget):
    """`show_run` follows a run; `viewport` says which part of it is seen. Keys: arrows move, + and - zoom,
    Home shows everything, the space bar pauses, M sets or removes the markers."""

    #: What is seen, the markers or the samples have changed.
    changed = Signal()
    #: All that came before `finish` has been taken.
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.viewport = Viewport()
        self.run: LiveRun | None = None
        self.selection: Span | None = None
        self._drawn: tuple[object, ...] = ()
        self._visible: tuple[Quantity, ...] = ()
        self._about: dict[Quantity, str] = {}
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Live plots"))
        self.setAccessibleDescription(
            tr("Arrow keys move, plus and minus zoom, Home shows all, Space pauses, M sets markers.")
        )
        #: Made when there is something to show in them.
        self.plots: dict[Quantity, SignalPlot] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(2, 2, 2, 2)
        self._layout.setSpacing(0)
        self._timer = QTimer(self)
        self._finishing = False
        self._timer.timeout.connect(self.poll)
        theme().changed.connect(self.update)

    def warm_up(self, wanted: Collection[Quantity] = _FIRST) -> None:
        """Make the plots that a run may have: it takes long, and later a job is watched."""
        self._show_plots(wanted)
        self._show_plots(_FIRST)

    def show_run(self, run: LiveRun, follow: bool = True) -> None:
        """Show this run from now on; one that has ended needs no following."""
        self.run = run
        self.selection = None
        self.viewport.clear()
        self._show_plots(_FIRST)
        for plot in self.plots.values():
            plot.clear()
            plot.set_source(run.sources[plot.quantity])
            plot.show_selection(None)
        self._drawn = ()
        self._finishing = False
        if follow:
            self._timer.start(_POLL_MS)
        self.poll()
        self.changed.emit()

    def stop(self) -> None:
        """Follow no more."""
        self._timer.stop()

    def finish(self) -> None:
        """Nothing more comes: take what is left, a piece at a time, and tell `finished`."""
        self._finishing = True
        self._timer.start(0)

    def set_sources(self, sources: Mapping[Quantity, Source], about: Mapping[Quantity, str]) -> None:
        """Where values are from, and words that say it more closely."""
        self._about = dict(about)
        for quantity, plot in self.plots.items():
            plot.set_source(sources[quantity], about.get(quantity, ""))

    @Slot()
    def poll(self) -> None:
        """Take what has come, and draw it when it can be seen."""
        if self.run is not None and self.run.refresh():
            self.redraw()
        elif self._finishing:
            self._finishing = False
            self.stop()
            self.finished.emit()

    def show_again(self) -> None:
        """The run has other values now."""
        self._drawn = ()
        self.redraw()

    def redraw(self) -> None:
        """Draw what is new or was moved; nothing while it is paused or hidden."""
        if self.run is None:
            return
        self.viewport.grow(self.run.span)
        signals = {quantity: signal for quantity, signal in self.run.signals.items() if signal.count}
        state = (self.viewport.span, self.width(), *((q, s.count) for q, s in signals.items()))
        if self.viewport.paused:
            state = (self.viewport.span, self.width(), self.viewport.paused)
        if state == self._drawn or not self.isVisible():
            return
        self._drawn = state
        if signals:
            self._show_plots(signals)
        for quantity, signal in signals.items():
            self.plots[quantity].draw(signal, self.viewport.span, self.run.throttled_s)
        self.changed.emit()

    def select(self, span: Span | None) -> None:
        """Set both markers, or remove them."""
        self.selection = span
        for plot in self.plots.values():
            plot.show_selection(span)
        self.changed.emit()

    def toggle_markers(self) -> None:
        self.select(None if self.selection else self.viewport.middle_third)

    def toggle_pause(self) -> None:
        self.viewport.paused = not self.viewport.paused
        self.redraw()
        self.changed.emit()

    def zoom(self, inwards: bool) -> None:
        self.viewport.zoom(_ZOOM if inwards else 1 / _ZOOM)
        self.redraw()

    def move_view(self, share: float) -> None:
        self.viewport.move(share)
        self.redraw()

    def show_whole(self) -> None:
        self.viewport.show_whole()
        self.redraw()

    def _show_plots(self, wanted: Collection[Quantity]) -> None:
        visible = tuple(quantity for quantity in Quantity if quantity in wanted)
        if visible == self._visible:
            return
        self._visible = visible
        for quantity in visible:
            if quantity not in self.plots:
                self._make_plot(quantity)
        for quantity, plot in self.plots.items():
            plot.plot.setVisible(quantity in visible)
            plot.show_time_axis(quantity is visible[-1])

    def _make_plot(self, quantity: Quantity) -> None:
        plot = self.plots[quantity] = SignalPlot(quantity, self)
        if self.run is not None:
            plot.set_source(self.run.sources[quantity], self._about.get(quantity, ""))
        plot.show_selection(self.selection)
        plot.moved.connect(self._moved)
        plot.selected.connect(self._selected)
        above = [other for other in Quantity if other in self.plots].index(quantity)
        self._layout.insertWidget(above, plot.plot)

    @Slot(float, float)
    def _moved(self, begin_s: float, end_s: float) -> None:
        self.viewport.show(Span(begin_s, end_s))
        self._drawn = ()  # where it could not go so far, the plot has to come back
        self.redraw()

    @Slot(float, float)
    def _selected(self, begin_s: float, end_s: float) -> None:
        self.select(Span(begin_s, end_s))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        action = {
            Qt.Key.Key_Left: lambda: self.move_view(-_STEP),
            Qt.Key.Key_Right: lambda: self.move_view(_STEP),
            Qt.Key.Key_Plus: lambda: self.zoom(inwards=True),
            Qt.Key.Key_Equal: lambda: self.zoom(inwards=True),
            Qt.Key.Key_Minus: lambda: self.zoom(inwards=False),
            Qt.Key.Key_Home: self.show_whole,
            Qt.Key.Key_Space: self.toggle_pause,
            Qt.Key.Key_M: self.toggle_markers,
        }.get(Qt.Key(event.key()))
        if action is None or self.run is None:
            super().keyPressEvent(event)
            return
        action()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        elif event.type() in (QEvent.Type.Show, QEvent.Type.Resize):
            QTimer.singleShot(0, self.redraw)
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """A frame around what has the keyboard."""
        if self.hasFocus():
            painter = QPainter(self)
            painter.setPen(QColor(theme().colours.accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
            painter.end()
