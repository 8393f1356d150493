"""How clearly each layer's output stands out from what quantization added: bars in decibels."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.plots.style import colours, make_plot, thin
from gui.theme import theme
from gui.words import number, tr


class NoiseBars(QWidget):
    """`show_layers` with (name, decibels); the worst ones have another colour and a sign."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: list[tuple[str, float]] = []
        self._worst: Collection[str] = ()
        self.plot = make_plot(
            tr("Signal over quantization noise (dB; 6 dB are one bit)"), "", tr("Noise by layer")
        )
        self.plot.showGrid(x=True, y=False, alpha=0.25)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme().changed.connect(self._draw)

    def show_layers(self, layers: Sequence[tuple[str, float]], worst: Collection[str]) -> None:
        """In the order of the network."""
        self._layers, self._worst = list(layers), worst
        self._draw()

    def _draw(self) -> None:
        self.plot.clear()
        if not self._layers:
            return
        count = len(self._layers)
        places = [float(count - 1 - n) for n in range(count)]
        series = colours().series
        brushes = [series[1] if name in self._worst else series[0] for name, _ in self._layers]
        widths = [max(value, 0.0) for _, value in self._layers]
        bars = pg.BarGraphItem(
            x0=0, y=places, width=widths, height=0.55, pen=thin(colours().line), brushes=brushes
        )
        self.plot.addItem(bars)
        for place, (name, value) in zip(places, self._layers, strict=True):
            sign = "⚠ " if name in self._worst else ""
            label = pg.TextItem(f"{sign}{number(value, 1)}", color=colours().text)
            label.setAnchor((-0.1, 0.5))
            label.setPos(max(value, 0.0), place)
            self.plot.addItem(label)
        names = [name for name, _ in self._layers]
        self.plot.getAxis("left").setTicks([list(zip(places, names, strict=True))])
        self.plot.setXRange(0, 1.15 * max(*widths, 1.0), padding=0)
        self.plot.setYRange(-0.6, count - 0.4, padding=0)
        self.plot.setFixedHeight(60 + 26 * count)
