"""What a plot of a sweep is, and how curves over a grid are drawn."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from matplotlib.ticker import FuncFormatter, NullFormatter

from core.report.drawing import SERIES_COLORS, literal
from core.sweep.results import Results
from core.sweep.summary import CellResult, Spread

_MARKERS = "os^Dv<>ph*"


class SweepPlot(ABC):
    """Draws a figure, or several where one would hold too much."""

    title: ClassVar[str]
    note: ClassVar[str] = ""

    @abstractmethod
    def draw(self, results: Results) -> Sequence[Any]:
        """Matplotlib figures; none when the sweep has nothing to draw here."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A place of a curve."""

    x: float
    y: Spread


def curves(
    cells: Iterable[CellResult],
    label: Callable[[CellResult], str],
    dot: Callable[[CellResult], Dot | None],
) -> dict[str, list[Dot]]:
    """The dots of each curve from left to right; cells without a dot are left out."""
    found: dict[str, list[Dot]] = {}
    for cell in cells:
        place = dot(cell)
        if place is not None:
            found.setdefault(label(cell), []).append(place)
    return {name: sorted(dots, key=lambda one: one.x) for name, dots in found.items()}


def draw_curves(axes: Any, found: Mapping[str, list[Dot]], scale: float = 1.0) -> None:
    """Each curve with its standard deviation as bars; y is multiplied by `scale`."""
    for place, (name, dots) in enumerate(found.items()):
        axes.errorbar(
            [dot.x for dot in dots],
            [scale * dot.y.mean for dot in dots],
            yerr=[scale * (dot.y.std or 0.0) for dot in dots],
            label=literal(name),
            color=SERIES_COLORS[place % len(SERIES_COLORS)],
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=max(5.5 - 0.6 * place, 2.5),  # curves that lie on each other can be told apart
            linewidth=1.3,
            capsize=2,
            elinewidth=0.8,
        )


def remaining_axis(axes: Any) -> None:
    """Remaining parameters in percent, from all on the left to few on the right."""
    axes.set_xscale("log")
    axes.set_xlabel("remaining parameters (%, logarithmic)")
    axes.xaxis.set_major_formatter("{x:g}")
    low, high = axes.get_xlim()
    axes.set_xlim(max(low, high), min(low, high))
    few = max(low, high) < 100 * min(low, high)
    axes.xaxis.set_minor_formatter(FuncFormatter(_between) if few else NullFormatter())


def _between(x: float, place: int | None = None) -> str:
    """The label of a tick between two powers of ten: on short axes these are too few, and 6 × 10⁰ is no
    percentage."""
    return f"{x:g}" if f"{x:e}"[0] in "235" else ""


def remaining(found: CellResult) -> float:
    return 100 * found.spread("remaining").mean
