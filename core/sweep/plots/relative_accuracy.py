"""Accuracy relative to the unpruned model against what remains, per criterion and schedule."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.report.drawing import INK, legend, new_figure, tidy
from core.sweep.plots.base import Dot, SweepPlot, curves, draw_curves, remaining, remaining_axis
from core.sweep.results import Results
from core.sweep.summary import CellResult
from core.sweep.words import how


class RelativeAccuracy(SweepPlot):
    title = "Accuracy relative to the unpruned model"
    note = "In floats, before quantization. Bars are one standard deviation over the seeds."

    def draw(self, results: Results) -> Sequence[Any]:
        pruned = [found for found in _once_each(results.cells) if found.cell.kind != "none"]
        if not pruned:
            return ()
        several = len({found.cell.series for found in pruned}) > 1

        def label(found: CellResult) -> str:
            title = f"{results.title_of(found.cell.series)}: " if several else ""
            return f"{title}{how(found.cell)}"

        def dot(found: CellResult) -> Dot:
            return Dot(remaining(found), found.spread("relative_accuracy_float"))

        figure = new_figure(6.7, 3.6)
        axes = figure.subplots()
        draw_curves(axes, curves(pruned, label, dot), 100.0)
        axes.axhline(100, color=INK, linewidth=0.8, linestyle=(0, (5, 4)))
        axes.set_ylabel("relative accuracy (%)")
        remaining_axis(axes)
        tidy(axes)
        legend(axes, loc="lower left")
        return (figure,)


def _once_each(cells: list[CellResult]) -> list[CellResult]:
    """One cell of those that are the same pruned model in other numbers."""
    once: dict[tuple[object, ...], CellResult] = {}
    for found in cells:
        cell = found.cell
        key = (cell.series, cell.kind, cell.sparsity, cell.threshold, cell.criterion, cell.schedule)
        once.setdefault(key, found)
    return list(once.values())
