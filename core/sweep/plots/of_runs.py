"""Plots of single runs of a sweep, drawn as the report of a run draws them (papers C and D)."""

from __future__ import annotations

from typing import Any

from core.report import figures
from core.sweep.plots.base import SweepPlot
from core.sweep.result import Point
from core.sweep.results import Results
from core.sweep.words import amount, numbers

_MATRICES = 4


class LayerReduction(SweepPlot):
    title = "Weights of each layer before and after"
    note = "Of the last run of the sweep."

    def draw(self, results: Results) -> Any | None:
        point = _last(results)
        return None if point is None else figures.draw_layer_reduction(results.record(point)["layers"])


class TrainingCurves(SweepPlot):
    title = "Training and fine-tuning"
    note = "Of the first seed: training from scratch where the recipe has it, then fine-tuning."

    def draw(self, results: Results) -> Any | None:
        point = _last(results)
        if point is None:
            return None
        trained = [{**epoch, "sparsity": 0.0} for epoch in results.baseline_history(point.where.seed)]
        history = [*trained, *results.record(point)["history"]]
        return figures.draw_training_curves(history) if history else None


class Confusion(SweepPlot):
    title = "Confusion matrices"
    note = "Actual classes in rows, predicted ones in columns; mistakes in red. Of the first seed."

    def draw(self, results: Results) -> Any | None:
        matrices: dict[str, list[list[int]]] = {}
        classes: list[str] = []
        for found in results.cells:
            record = results.record(found.points[0])
            if len(matrices) == _MATRICES:
                break
            confusion = record["confusion"]
            classes = confusion["classes"]
            matrices[f"{amount(found.cell)}, {numbers(found.cell)}"] = confusion["after"]
        return figures.draw_confusion(matrices, classes) if matrices else None


def _last(results: Results) -> Point | None:
    """The last run of the first seed: the one with the most done to it."""
    cells = results.cells
    return cells[-1].points[0] if cells else None
