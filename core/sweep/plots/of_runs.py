"""Plots of single runs of a sweep, drawn as the report of a run draws them (papers C and D)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.report import figures
from core.sweep.plots.base import SweepPlot
from core.sweep.result import Point
from core.sweep.results import Results
from core.sweep.summary import CellResult
from core.sweep.words import NONE, amount, how, numbers

#: Of a figure, which takes most of a page.
_MATRICES = 4


class LayerReduction(SweepPlot):
    title = "Weights of each layer before and after"
    note = "Of the last run of the sweep."

    def draw(self, results: Results) -> Sequence[Any]:
        point = _last(results)
        return () if point is None else (figures.draw_layer_reduction(results.record(point)["layers"]),)


class TrainingCurves(SweepPlot):
    title = "Training and fine-tuning"
    note = "Of the first seed: training from scratch where the recipe has it, then fine-tuning."

    def draw(self, results: Results) -> Sequence[Any]:
        point = _last(results)
        if point is None:
            return ()
        trained = [{**epoch, "sparsity": 0.0} for epoch in results.baseline_history(point.where.seed)]
        history = [*trained, *results.record(point)["history"]]
        return (figures.draw_training_curves(history),) if history else ()


class Confusion(SweepPlot):
    title = "Confusion matrices"
    note = "Actual classes in rows, predicted ones in columns; mistakes in red. Of the first seed."

    def draw(self, results: Results) -> Sequence[Any]:
        found = [
            (_named(cell, results), results.record(cell.points[0])["confusion"]) for cell in results.cells
        ]
        pages = [found[place : place + _MATRICES] for place in range(0, len(found), _MATRICES)]
        return [
            figures.draw_confusion({name: one["after"] for name, one in page}, page[0][1]["classes"])
            for page in pages
        ]


def _named(found: CellResult, results: Results) -> str:
    """What tells the cell from the others."""
    cell = found.cell
    parts = (results.title_of(cell.series) if len(results.spec.series) > 1 else NONE, amount(cell), how(cell))
    return ", ".join(part for part in (*parts, numbers(cell)) if part != NONE)


def _last(results: Results) -> Point | None:
    """The last run of the first seed: the one with the most done to it."""
    cells = results.cells
    return cells[-1].points[0] if cells else None
