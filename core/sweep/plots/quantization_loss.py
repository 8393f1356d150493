"""What quantization alone costs: against the same pruned model in floats."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import Any

from core.report.drawing import INK, legend, new_figure, tidy
from core.sweep.plots.base import Dot, SweepPlot, draw_curves, remaining_axis
from core.sweep.results import Results
from core.sweep.summary import CellResult, Spread


class QuantizationLoss(SweepPlot):
    title = "Accuracy lost by quantization alone"
    note = "Over all criteria, schedules and seeds of a sparsity; bars are one standard deviation."

    def draw(self, results: Results) -> Sequence[Any]:
        quantized = [found for found in results.cells if found.cell.quantize != "none"]
        if not quantized:
            return ()
        pooled: dict[tuple[str, str, float | None, float | None], list[CellResult]] = {}
        for found in quantized:
            cell = found.cell
            series = results.title_of(cell.series) if cell.kind != "none" else "unpruned"
            key = (series, cell.quantize, cell.sparsity, cell.threshold)
            pooled.setdefault(key, []).append(found)

        found_curves: dict[str, list[Dot]] = {}
        for (series, quantize, *_), members in pooled.items():
            figures = [one for member in members for one in member.figures]
            x = 100 * fmean(one.remaining for one in figures)
            y = Spread.of([one.lost_by_quantization for one in figures])
            found_curves.setdefault(f"{series}, {quantize}", []).append(Dot(x, y))
        found_curves = {name: sorted(dots, key=lambda dot: dot.x) for name, dots in found_curves.items()}
        figure = new_figure(6.7, 3.2)
        axes = figure.subplots()
        draw_curves(axes, found_curves, 100.0)
        axes.axhline(0, color=INK, linewidth=0.8, linestyle=(0, (5, 4)))
        axes.set_ylabel("accuracy lost (percentage points)")
        remaining_axis(axes)
        tidy(axes)
        legend(axes, loc="upper left")
        return (figure,)
