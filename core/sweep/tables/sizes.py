"""The same network's sizes side by side: files, compressed files, and the weights on a board."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import ClassVar

from core.sweep.results import Results
from core.sweep.summary import CellResult
from core.sweep.tables.base import SweepTable
from core.sweep.words import amount, kilobytes, numbers, share


class Sizes(SweepTable):
    title = "Sizes side by side"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "pruning",
        "compression": "asked for",
        "numbers": "numbers",
        "remaining": "left",
        "keras": "Keras file (kB)",
        "tflite": "TFLite (kB)",
        "gzip": "TFLite, gzip (kB)",
        "weights": "weights in the C code (kB)",
        "sram": "SRAM (kB)",
    }
    text = frozenset({"network", "compression", "numbers"})
    note = (
        "Zeros alone do not make a file smaller: gzip does, and so does the sparse storage of the C code. "
        "Removing filters makes all of them smaller, and the SRAM too. The last two are predictions for the "
        "first board."
    )

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        board = results.spec.boards[0] if results.spec.boards else ""
        for found in results.cells:
            yield {
                "network": results.title_of(found.cell.series),
                "compression": amount(found.cell),
                "numbers": numbers(found.cell),
                "remaining": share(found.spread("remaining")),
                "keras": kilobytes(found.size("keras")),
                "tflite": kilobytes(found.size("tflite")),
                "gzip": kilobytes(found.size("tflite_gzip")),
                "weights": kilobytes(_mean(found, board, "weights_bytes")),
                "sram": kilobytes(_mean(found, board, "sram_bytes")),
            }


def _mean(found: CellResult, board: str, name: str) -> float | None:
    sizes = [size for one in found.on(board) if (size := getattr(one, name)) is not None]
    return fmean(sizes) if sizes else None
