"""points.csv, one line a run, and summary.csv, one line for the runs that differ in their seed alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from core.sweep.result import OnBoard, Point
from core.sweep.summary import CellResult, Spread, cells_of

_BOARD = ("fits", "flash_bytes", "sram_bytes", "latency_s", "energy_j")
_SPREAD = (
    "remaining", "accuracy_unpruned", "accuracy_float", "accuracy", "relative_accuracy",
    "lost_by_quantization", "loss", "macro_precision", "parameters", "nonzero", "unique", "macs",
)  # fmt: skip


def points_csv(points: Sequence[Point]) -> str:
    """A line a run: where it is in the grid, state and reason, figures, sizes, and each board's columns.

    Latency and energy are estimates, flash and SRAM predictions: their columns say so.
    """
    return _text([_point_row(point) for point in points])


def summary_csv(points: Sequence[Point]) -> str:
    """A line a cell: how many runs were done and failed, then mean and standard deviation of each figure."""
    return _text([_cell_row(cell) for cell in cells_of(points)])


def _point_row(point: Point) -> dict[str, Any]:
    raw = point.to_json()
    figures = dict(raw["figures"] or {})
    sizes = figures.pop("size_bytes", {})
    row = {**raw["where"], "state": raw["state"], "reason": point.reason.what if point.reason else ""}
    row |= figures | {f"size_{name}": size for name, size in sizes.items()}
    for board in point.boards:
        row |= _board_columns(board)
    return row


def _board_columns(board: OnBoard) -> dict[str, Any]:
    raw = asdict(board)
    columns = {f"{board.board} {_HEADS[name]}": raw[name] for name in _BOARD}
    return {**columns, f"{board.board} reason": board.reason.what if board.reason else ""}


_HEADS = {
    "fits": "fits",
    "flash_bytes": "flash_bytes predicted",
    "sram_bytes": "sram_bytes predicted",
    "latency_s": "latency_s estimated",
    "energy_j": "energy_j estimated",
}


def _cell_row(cell: CellResult) -> dict[str, Any]:
    row: dict[str, Any] = {**asdict(cell.cell), "runs": len(cell.points), "failed": len(cell.failed)}
    if not cell.points:
        return row
    for name in _SPREAD:
        row |= _columns(name, cell.spread(name))
    for board in [planned.board for planned in cell.points[0].boards]:
        planned = cell.on(board)
        row[f"{board} fits"] = all(one.fits for one in planned)
        for name in _BOARD[1:]:
            values = [value for one in planned if (value := asdict(one)[name]) is not None]
            if values:
                row |= _columns(f"{board} {_HEADS[name]}", Spread.of(values))
    return row


def _columns(name: str, spread: Spread) -> dict[str, Any]:
    return {f"{name} mean": spread.mean, f"{name} std": "" if spread.std is None else spread.std}


def _text(rows: Sequence[Mapping[str, Any]]) -> str:
    """All columns that some row has, in the order in which they come; what a row lacks is empty."""
    text = io.StringIO(newline="")
    columns: Iterable[str] = dict.fromkeys(name for row in rows for name in row)
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
