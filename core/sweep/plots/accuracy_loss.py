"""Accuracy and loss against sparsity (Ameen et al., paper B)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from core.report.drawing import legend, new_figure, tidy
from core.sweep.plots.base import Dot, SweepPlot, curves, draw_curves
from core.sweep.results import Results
from core.sweep.summary import CellResult

_PANELS = (("accuracy", "accuracy (%)", 100.0), ("loss", "loss (nats)", 1.0))


class AccuracyLoss(SweepPlot):
    title = "Accuracy and loss against sparsity"
    note = "The Keras model before conversion, and the deployed files. Bars are one standard deviation."

    def draw(self, results: Results) -> Sequence[Any]:
        cells = [found for found in results.cells if found.cell.sparsity is not None]
        if not cells:
            return ()
        figure = new_figure(6.7, 3.0)
        for axes, (name, words, scale) in zip(figure.subplots(1, 2), _PANELS, strict=True):
            draw_curves(axes, _curves(results, cells, name), scale)
            axes.set_xlabel("sparsity (%)")
            axes.set_ylabel(words)
            tidy(axes)
        legend(figure.axes[0], loc="lower left")
        return (figure,)


def _curves(results: Results, cells: list[CellResult], name: str) -> dict[str, list[Dot]]:
    def dot_of(attribute: str) -> Any:
        return lambda found: Dot(100 * (found.cell.sparsity or 0.0), found.spread(attribute))

    first = cells[0].cell.quantize
    keras = [found for found in cells if found.cell.quantize == first]
    series = {found.cell.series for found in cells}

    def titled(words: str, found: CellResult) -> str:
        return f"{results.title_of(found.cell.series)}, {words}" if len(series) > 1 else words

    of_keras = curves(keras, lambda found: titled("Keras", found), dot_of(f"{name}_float"))
    # a TFLite file in floats computes what the Keras model does
    quantized = [found for found in cells if found.cell.quantize != "none"]
    deployed = curves(quantized, lambda found: titled(found.cell.quantize, found), dot_of(name))
    return {**of_keras, **deployed}
