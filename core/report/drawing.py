"""How every plot is drawn: one size of letters, one set of colours, no window and no global state."""

from __future__ import annotations

import io
from enum import Enum
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

BLUE, ORANGE, GREY, RED, INK = "#2b6a99", "#d9822b", "#c9ced4", "#b3261e", "#23292f"
#: For as many series as a plot may have; the same place always has the same colour.
SERIES_COLORS = (BLUE, ORANGE, "#3f8f5b", "#8a5ba6", RED, "#5b6670", "#b8912e", "#3a9ca3", "#c05f8c", INK)
DPI = 200
#: Of a figure that is as wide as a page.
FIGURE_WIDTH_IN = 6.7
_STYLE = {"labelsize": 8, "colors": INK}


class PlotFormat(Enum):
    """The kinds of files that a plot can be written as."""

    PNG = "png"
    SVG = "svg"
    PDF = "pdf"


#: No file tells when it was made.
_NO_DATE: dict[PlotFormat, dict[str, None]] = {
    PlotFormat.PNG: {},
    PlotFormat.SVG: {"Date": None},
    PlotFormat.PDF: {"CreationDate": None},
}


def new_figure(width_in: float, height_in: float) -> Any:
    """An empty figure; nothing else has to know matplotlib's canvases."""
    figure = Figure(figsize=(width_in, height_in), dpi=DPI, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def tidy(axes: Any, grid: str | None = "y") -> None:
    """Small letters, two spines, a light grid."""
    axes.tick_params(which="both", **_STYLE)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(GREY)
    axes.xaxis.label.set_size(8)
    axes.yaxis.label.set_size(8)
    axes.title.set_size(9)
    axes.set_axisbelow(True)
    if grid:
        axes.grid(axis=grid, color="#e6e9ec", linewidth=0.7)


def legend(axes: Any, **where: Any) -> None:
    axes.legend(fontsize=7.5, frameon=False, **where)


def literal(name: object) -> str:
    """A name as it is: a dollar sign would start a formula."""
    return str(name).replace("$", r"\$")


def png(figure: Any) -> bytes:
    """The figure as a PNG file."""
    return file_bytes(figure, PlotFormat.PNG)


def file_bytes(figure: Any, kind: PlotFormat) -> bytes:
    """The figure as a file of this kind."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind.value, metadata=_NO_DATE[kind])
    return buffer.getvalue()
