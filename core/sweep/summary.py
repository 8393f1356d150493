"""Runs that differ in their seed alone, put together: mean and standard deviation."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.sweep.result import Figures, OnBoard, Point, State


@dataclass(frozen=True, slots=True)
class Spread:
    """`std` is of a sample (n − 1), with its root; None where there is one value."""

    mean: float
    std: float | None

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the grid without its seed."""

    series: str
    kind: str
    sparsity: float | None
    threshold: float | None
    criterion: str
    schedule: str
    quantize: str


@dataclass(frozen=True, slots=True)
class CellResult:
    """The finished runs of a cell, and how many failed."""

    cell: Cell
    points: tuple[Point, ...]
    failed: tuple[Point, ...]

    @property
    def figures(self) -> list[Figures]:
        return [point.figures for point in self.points if point.figures is not None]

    def spread(self, name: str) -> Spread:
        """Of an attribute of `Figures`, over the finished runs. Raises ValueError where there is none."""
        return Spread.of([float(getattr(figures, name)) for figures in self.figures])

    def size(self, name: str) -> float | None:
        """Mean bytes of a file, None where the runs do not tell them."""
        sizes = [figures.size_bytes[name] for figures in self.figures if name in figures.size_bytes]
        return statistics.fmean(sizes) if sizes else None

    def on(self, board: str) -> list[OnBoard]:
        return [planned for point in self.points for planned in point.boards if planned.board == board]


def cells_of(points: Iterable[Point]) -> list[CellResult]:
    """The points by cell, in the order in which the cells first come."""
    found: dict[Cell, list[Point]] = {}
    for point in points:
        found.setdefault(_cell(point), []).append(point)
    return [
        CellResult(
            cell,
            tuple(point for point in members if point.state is State.DONE),
            tuple(point for point in members if point.state is State.FAILED),
        )
        for cell, members in found.items()
    ]


def done_cells(points: Iterable[Point]) -> list[CellResult]:
    """Those of which at least one run was finished."""
    return [cell for cell in cells_of(points) if cell.points]


def _cell(point: Point) -> Cell:
    where = point.where
    return Cell(
        where.series,
        where.kind,
        where.sparsity,
        where.threshold,
        where.criterion,
        where.schedule,
        where.quantize,
    )
