"""Flash and SRAM against what remains, with the limits of the boards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen.targets.board import find_board
from core.report.drawing import RED, new_figure, tidy
from core.sweep.plots.base import Dot, SweepPlot, curves, draw_curves, remaining, remaining_axis
from core.sweep.results import Results
from core.sweep.summary import CellResult, Spread
from core.sweep.words import numbers

_MEMORIES = (("flash", "flash (kB)"), ("sram", "SRAM (kB)"))


class BoardMemory(SweepPlot):
    title = "Flash and SRAM on the boards"
    note = (
        "Predictions of the memory plan; the dashed line is what the board has. The SRAM includes code and "
        "weights that are copied there, on boards where that is faster and as long as they fit."
    )

    def draw(self, results: Results) -> Sequence[Any]:
        boards = [board for board in results.spec.boards if any(_known(c, board) for c in results.cells)]
        if not boards:
            return ()
        figure = new_figure(6.7, 0.4 + 2.5 * len(boards))
        panels = figure.subplots(len(boards), 2, squeeze=False)
        for board, row in zip(boards, panels, strict=True):
            for axes, (memory, words) in zip(row, _MEMORIES, strict=True):
                axes.set_title(find_board(board).title)
                axes.set_ylabel(words)
                _draw(axes, results, board, memory)
        handles, labels = panels[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, fontsize=7.5, frameon=False)
        return (figure,)


def _draw(axes: Any, results: Results, board: str, memory: str) -> None:
    def label(found: CellResult) -> str:
        title = results.title_of(found.cell.series) if found.cell.kind != "none" else "unpruned"
        return f"{title}, {numbers(found.cell)}"

    def dot(found: CellResult) -> Dot | None:
        sizes = _sizes(found, board, memory)
        return Dot(remaining(found), Spread.of(sizes)) if sizes else None

    draw_curves(axes, curves(results.cells, label, dot), 1e-3)
    board_value = find_board(board)
    limit = board_value.flash_bytes if memory == "flash" else board_value.sram_bytes
    axes.axhline(limit / 1e3, color=RED, linewidth=1.1, linestyle=(0, (5, 4)), label="the board's limit")
    axes.set_yscale("log")
    remaining_axis(axes)
    tidy(axes)


def _known(found: CellResult, board: str) -> bool:
    return bool(_sizes(found, board, "flash"))


def _sizes(found: CellResult, board: str, memory: str) -> list[float]:
    sizes = [getattr(one, f"{memory}_bytes") for one in found.on(board)]
    return [float(size) for size in sizes if size is not None]
