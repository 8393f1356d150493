"""Every plot of a sweep; a new one is a file and a line here."""

from __future__ import annotations

from core.errors import ThimbleError
from core.sweep.plots.accuracy_loss import AccuracyLoss
from core.sweep.plots.base import SweepPlot
from core.sweep.plots.board_memory import BoardMemory
from core.sweep.plots.of_runs import Confusion, LayerReduction, TrainingCurves
from core.sweep.plots.quantization_loss import QuantizationLoss
from core.sweep.plots.relative_accuracy import RelativeAccuracy

PLOTS: dict[str, SweepPlot] = {
    "relative-accuracy": RelativeAccuracy(),
    "quantization-loss": QuantizationLoss(),
    "board-memory": BoardMemory(),
    "accuracy-loss": AccuracyLoss(),
    "layer-reduction": LayerReduction(),
    "training-curves": TrainingCurves(),
    "confusion": Confusion(),
}


def find_plot(kind: str) -> SweepPlot:
    """The plot of this id. Raises ThimbleError ``unknown-plot`` with those that exist."""
    if kind not in PLOTS:
        known = ", ".join(PLOTS)
        raise ThimbleError("unknown-plot", f"there is no plot {kind!r}", f"use one of these: {known}")
    return PLOTS[kind]
