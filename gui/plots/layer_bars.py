"""How much of each layer is left, as bars with the numbers beside them."""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.style import colours, make_plot, thin
from gui.theme import theme
from gui.words import number, percent, tr


@dataclass(frozen=True, slots=True)
class LayerChange:
    """Parameters of one layer before and after; `after` counts those that are not zero."""

    name: str
    before: int
    after: int

    @property
    def kept(self) -> float:
        return self.after / self.before if self.before else 0.0


class LayerBars(QWidget):
    """Horizontal bars from 0 to 100 %."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: list[LayerChange] = []
        self.plot = make_plot(tr("Parameters left (%)"), "", tr("Parameters left in each layer"))
        self.plot.showGrid(x=True, y=False, alpha=0.25)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme().changed.connect(self._draw)

    def show_layers(self, layers: list[LayerChange]) -> None:
        self._layers = [layer for layer in layers if layer.before]
        self._draw()

    def _draw(self) -> None:
        self.plot.clear()
        if not self._layers:
            return
        places = [float(len(self._layers) - 1 - i) for i in range(len(self._layers))]
        widths = [100 * layer.kept for layer in self._layers]
        colour = colours().series[0]
        bars = pg.BarGraphItem(x0=0, y=places, width=widths, height=0.55, pen=thin(colour), brush=colour)
        self.plot.addItem(bars)
        for place, layer in zip(places, self._layers, strict=True):
            words = tr("{before} → {after} ({share})").format(
                before=number(layer.before), after=number(layer.after), share=percent(layer.kept)
            )
            inside = layer.kept > 0.6
            label = pg.TextItem(words, color=colours().base if inside else colours().text)
            label.setAnchor((1.03, 0.5) if inside else (-0.03, 0.5))
            label.setPos(100 * layer.kept, place)
            self.plot.addItem(label)
        names = [layer.name for layer in self._layers]
        self.plot.getAxis("left").setTicks([list(zip(places, names, strict=True))])
        self.plot.setXRange(0, 103, padding=0)
        self.plot.setYRange(-0.6, len(self._layers) - 0.4, padding=0)
        self.plot.setFixedHeight(60 + 34 * len(self._layers))
