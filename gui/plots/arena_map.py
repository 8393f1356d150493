"""The arena over time: one block a buffer; steps to the right, addresses upwards."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGraphicsRectItem, QVBoxLayout, QWidget

from core.preview import PreviewBuffer
from gui.plots.style import colours, make_plot, thin
from gui.theme import theme
from gui.words import bytes_text, tr


class ArenaMap(QWidget):
    """Redrawn when the buffers change; each block has a tool tip with its size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buffers: tuple[PreviewBuffer, ...] = ()
        self._arena_bytes = 0
        self.plot = make_plot(tr("Step of the computation"), tr("Bytes"), tr("Working memory over time"), 250)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        theme().changed.connect(self._draw)

    @property
    def blocks(self) -> int:
        """How many blocks are drawn."""
        return sum(isinstance(item, QGraphicsRectItem) for item in self.plot.getPlotItem().items)

    def show_buffers(self, buffers: Sequence[PreviewBuffer], arena_bytes: int) -> None:
        if (tuple(buffers), arena_bytes) != (self._buffers, self._arena_bytes):
            self._buffers, self._arena_bytes = tuple(buffers), arena_bytes
            self._draw()

    def _draw(self) -> None:
        self.plot.clear()
        if not self._buffers:
            return
        series = colours().series
        steps = max(buffer.last_step for buffer in self._buffers) + 1
        for place, buffer in enumerate(self._buffers):
            self._draw_block(buffer, series[place % len(series)], steps)
        self.plot.setXRange(0, steps, padding=0.01)
        self.plot.setYRange(0, self._arena_bytes * 1.02, padding=0)
        ticks = [(step + 0.5, str(step + 1)) for step in range(steps)]
        self.plot.getAxis("bottom").setTicks([ticks])

    def _draw_block(self, buffer: PreviewBuffer, colour: str, steps: int) -> None:
        wide = buffer.last_step - buffer.first_step + 1
        block = QGraphicsRectItem(QRectF(buffer.first_step, buffer.offset, wide, buffer.size_bytes))
        fill = QColor(colour)
        fill.setAlpha(110)
        block.setBrush(fill)
        block.setPen(thin(colour))
        block.setToolTip(f"{buffer.name}: {bytes_text(buffer.size_bytes)}")
        self.plot.addItem(block)
        tall_enough = buffer.size_bytes > self._arena_bytes * 0.07
        if tall_enough and wide * 60 / steps > 6:
            label = pg.TextItem(buffer.name, color=colours().text, anchor=(0.5, 0.5))
            label.setPos(buffer.first_step + wide / 2, buffer.offset + buffer.size_bytes / 2)
            label.setAcceptedMouseButtons(Qt.MouseButton.NoButton)
            self.plot.addItem(label)
