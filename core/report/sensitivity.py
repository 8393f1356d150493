"""What `thimble sensitivity` found, as a table, a CSV file and a plot."""

from __future__ import annotations

import csv
import io
from itertools import groupby

from core.report.content import Json
from core.report.drawing import INK, SERIES_COLORS, legend, literal, new_figure, png, tidy
from core.report.tables import Table
from core.report.units import percent

_COLUMNS = ("layer", "fraction", "accuracy", "loss", "parameters")
#: Layers that get a colour of their own; the others are drawn in grey, and all are in the table.
_COLORED = len(SERIES_COLORS) - 1
_OTHERS = "#c9ced4"


def curves(result: Json) -> dict[str, list[tuple[float, float]]]:
    """(fraction pruned, accuracy) by layer, from 0 on, in the order of the layers."""
    baseline = (0.0, float(result["baseline"]["accuracy"]))
    return {
        str(layer): [baseline, *((point["fraction"], point["accuracy"]) for point in points)]
        for layer, points in groupby(result["points"], key=lambda point: point["layer"])
    }


def table(result: Json) -> Table:
    """One line a layer: the accuracy at each fraction, the most sensitive layers first."""
    fractions = [percent(fraction, 0) for fraction in result["fractions"]]
    rows = {
        layer: [layer, *(percent(accuracy) for _, accuracy in points[1:])]
        for layer, points in curves(result).items()
    }
    return [["layer", *fractions], *(rows[layer] for layer in by_sensitivity(result))]


def by_sensitivity(result: Json) -> list[str]:
    """The layers, those first whose pruning costs the most accuracy over all fractions."""
    found = curves(result)
    return sorted(found, key=lambda layer: sum(accuracy for _, accuracy in found[layer]))


def csv_text(result: Json) -> str:
    """One line a layer and fraction; the unpruned model is the first, without a layer."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, _COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerow({"layer": "", "fraction": 0.0, **result["baseline"]})
    writer.writerows(result["points"])
    return text.getvalue()


def plot(result: Json) -> bytes:
    """The plot as PNG: a curve a layer."""
    figure = new_figure(6.7, 3.4)
    axes = figure.subplots()
    found = curves(result)
    colored = set(by_sensitivity(result)[:_COLORED])
    colors = iter(SERIES_COLORS)
    for layer, points in found.items():
        color = next(colors) if layer in colored else _OTHERS
        label = literal(layer) if layer in colored else None
        fractions, accuracies = zip(*points, strict=True)
        axes.plot(
            [100 * fraction for fraction in fractions],
            [100 * accuracy for accuracy in accuracies],
            color=color, label=label, marker="o", markersize=3, linewidth=1.4,
        )  # fmt: skip
    axes.axhline(100 * result["baseline"]["accuracy"], color=INK, linewidth=0.8, linestyle=(0, (5, 4)))
    what = "filters and neurons" if result["kind"] == "structured" else "weights"
    axes.set_xlabel(f"{what} of this layer pruned, by {result['criterion']} (%)")
    axes.set_ylabel("accuracy (%), not trained again")
    axes.set_ylim(0, 103)
    tidy(axes)
    legend(axes, loc="lower left")
    return png(figure)
