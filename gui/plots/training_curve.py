"""Loss and accuracy of each training round, as they come, with a mark where another phase begins."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gui.plots.style import colours, make_plot, show_empty, show_numbers, thin
from gui.theme import theme
from gui.words import tr


class TrainingCurve(QWidget):
    """Two plots beside each other; `add_epoch` after each round."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        rounds = tr("Training round")
        self.loss = make_plot(rounds, tr("Error (loss)"), tr("Error of each training round"))
        self.accuracy = make_plot(rounds, tr("Right answers (%)"), tr("Accuracy of each training round"))
        self.accuracy.addLegend(offset=(-10, -10), labelTextSize="8pt")
        self._epochs: list[float] = []
        self._phase = ""
        self.marks: dict[float, str] = {}
        self._lines: list[pg.InfiniteLine] = []
        self._judges: list[str] = []
        self._values: dict[str, list[float]] = {"loss": [], "accuracy": [], "val_accuracy": []}
        self._curves: dict[str, pg.PlotDataItem] = {
            "loss": self.loss.plot(symbol="o", symbolSize=5),
            "accuracy": self.accuracy.plot(symbol="o", symbolSize=5, name=tr("training pictures")),
            "val_accuracy": self.accuracy.plot(symbol="s", symbolSize=5, name=tr("test pictures")),
        }
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.loss, 1)
        layout.addWidget(self.accuracy, 1)
        theme().changed.connect(self._recolour)
        self._recolour()
        self.clear()

    @property
    def rounds(self) -> int:
        return len(self._epochs)

    def warm_up(self) -> None:
        """Draw once, unseen: the first drawing fills caches and takes longer than a job may disturb."""
        for epoch in (1, 2):
            self.add_epoch({"epoch": epoch, "loss": 1.0, "accuracy": 0.5, "val_accuracy": 0.5})
        self.grab()
        self.clear()

    def clear(self) -> None:
        """Nothing is left, the ranges of the axes neither."""
        self._epochs.clear()
        self._phase = ""
        self.marks.clear()
        self._judges.clear()
        self._name_judges()
        for line in self._lines:
            line.getViewBox().removeItem(line)
        self._lines.clear()
        for name, curve in self._curves.items():
            self._values[name].clear()
            curve.setData([], [])
        show_empty(self.loss)
        show_empty(self.accuracy, 0, 101)

    def add_epoch(self, data: dict[str, Any]) -> None:
        """`data` has epoch, loss, accuracy and where known val_accuracy (accuracies in 0…1), validated_on
        (what that is of: ``test`` if left out, or ``held-out``) and phase."""
        last = self._epochs[-1] if self._epochs else 0.0
        self._epochs.append(max(float(data["epoch"]), last + 1))  # a phase may count its own rounds
        self._mark(str(data.get("phase") or ""), self._epochs[-1])
        judge = str(data.get("validated_on") or "test")
        if data.get("val_accuracy") is not None and judge not in self._judges:
            self._judges.append(judge)
            self._name_judges()
        for name, curve in self._curves.items():
            scale = 1.0 if name == "loss" else 100.0
            value = data.get(name)
            self._values[name].append(math.nan if value is None else scale * float(value))
            curve.setData(self._epochs, self._values[name], connect="finite")
        last = max(2.0, max(self._epochs))
        for plot in (self.loss, self.accuracy):
            show_numbers(plot)
            plot.setXRange(1, last, padding=0.03)
            step = max(1, round(last / 10))
            ticks = [(n, str(n)) for n in range(1, int(last) + 1, step)]
            plot.getAxis("bottom").setTicks([ticks])
        self._fit_heights()

    def _mark(self, phase: str, epoch: float) -> None:
        """A line before the first round of another phase; one phase alone needs none."""
        if self._phase and phase != self._phase:
            self.marks[epoch] = phase
            for plot, words in ((self.loss, ""), (self.accuracy, phase_word(phase))):
                pen = thin(colours().muted, dashed=True)
                beside = {"position": 0.08, "anchors": [(0, 0.5), (0, 0.5)], "color": colours().muted}
                line = pg.InfiniteLine(epoch - 0.5, pen=pen, label=words or None, labelOpts=beside)
                line.setZValue(-1)
                plot.addItem(line)
                self._lines.append(line)
        self._phase = phase

    @property
    def judged_on(self) -> str:
        """What the legend says that the second curve is of."""
        return " / ".join(judge_word(judge) for judge in self._judges or ["test"])

    def _name_judges(self) -> None:
        legend = self.accuracy.getPlotItem().legend
        legend.getLabel(self._curves["val_accuracy"]).setText(self.judged_on)
        legend.updateSize()

    def _fit_heights(self) -> None:
        """Errors from 0; accuracies up to 100, so that small differences do not look large."""
        losses = [value for value in self._values["loss"] if math.isfinite(value)]
        shares = [v for name in ("accuracy", "val_accuracy") for v in self._values[name] if math.isfinite(v)]
        self.loss.setYRange(0, max(losses, default=1.0) * 1.1 or 1.0, padding=0)
        self.accuracy.setYRange(max(0.0, min(shares, default=90.0) - 5.0), 101, padding=0)

    def _recolour(self) -> None:
        for line in self._lines:
            line.setPen(thin(colours().muted, dashed=True))
            if getattr(line, "label", None) is not None:
                line.label.setColor(colours().muted)
        series = colours().series
        for curve, colour in zip(self._curves.values(), (series[1], series[0], series[2]), strict=True):
            curve.setPen(thin(colour))
            curve.setSymbolPen(thin(colour))
            curve.setSymbolBrush(colour)
        legend = self.accuracy.getPlotItem().legend
        legend.setLabelTextColor(colours().text)


def phase_word(phase: str) -> str:
    """What a phase of the training is called."""
    words = {
        "train": tr("from scratch"),
        "finetune": tr("after pruning"),
        "distill": tr("with a teacher"),
        "cluster": tr("shared values"),
        "qat": tr("small numbers"),
    }
    return words.get(phase, phase)


def judge_word(validated_on: str) -> str:
    """What the pictures are called that judge a round: those for testing, or some that do not train."""
    words = {"test": tr("test pictures"), "held-out": tr("training pictures kept aside")}
    return words.get(validated_on, validated_on)
