"""What each network takes on each board: memory, latency and energy (Deutel et al., paper A)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import ClassVar

from core.sweep.result import OnBoard
from core.sweep.results import Results
from core.sweep.summary import CellResult
from core.sweep.tables.base import SweepTable
from core.sweep.words import NONE, amount, kilobytes, numbers, share


class Boards(SweepTable):
    title = "On the boards"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "pruning",
        "compression": "asked for",
        "numbers": "numbers",
        "accuracy": "rel. accuracy",
        "board": "board",
        "flash": "flash (kB)",
        "sram": "SRAM (kB)",
        "first": "first inference (ms)",
        "latency": "latency (ms)",
        "energy": "energy (mJ)",
        "how": "how it was got",
    }
    text = frozenset({"network", "compression", "numbers", "board", "how"})
    note = (
        "Of several criteria and schedules, the ones with the best accuracy. Ours are predictions (memory) "
        "and estimates: cycles at the board's clock, and its published power. 1 mJ is 1 mWs. "
        "Where the first inference stands apart, the latency is the mean of the others."
    )

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        for found in _best(results.cells):
            for board in results.spec.boards:
                yield {
                    "network": results.title_of(found.cell.series),
                    "compression": amount(found.cell),
                    "numbers": numbers(found.cell),
                    "accuracy": share(found.spread("relative_accuracy")),
                    "board": board,
                    **_on_board(found.on(board)),
                }


def _best(cells: list[CellResult]) -> list[CellResult]:
    """Of the cells that differ in criterion and schedule alone, the one with the best accuracy."""
    best: dict[tuple[object, ...], CellResult] = {}
    for found in cells:
        cell = found.cell
        key = (cell.series, cell.kind, cell.sparsity, cell.threshold, cell.quantize)
        before = best.get(key)
        if before is None or found.spread("accuracy").mean > before.spread("accuracy").mean:
            best[key] = found
    return list(best.values())


def _on_board(planned: list[OnBoard]) -> dict[str, str]:
    refused = next((one.reason for one in planned if one.reason is not None), None)
    if refused is not None or not planned:
        return {"how": "cannot be built" if refused else NONE}
    flash = fmean(one.flash_bytes or 0 for one in planned)
    sram = fmean(one.sram_bytes or 0 for one in planned)
    memory = {"flash": kilobytes(flash), "sram": kilobytes(sram)}
    if not all(one.fits for one in planned):
        return {**memory, "how": "does not fit"}
    latencies = [one.latency_s for one in planned if one.latency_s is not None]
    energies = [one.energy_j for one in planned if one.energy_j is not None]
    return {
        **memory,
        "latency": f"{1e3 * fmean(latencies):.2f}" if latencies else NONE,
        "energy": f"{1e3 * fmean(energies):.2f}" if energies else NONE,
        "how": "estimated",
    }
