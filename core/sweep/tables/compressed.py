"""Compressed size, accuracy and macro precision, pruned and not (Salmon, Finge, paper D)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import fmean
from typing import ClassVar

from core.compress.footprint import file_size
from core.compress.run_files import KERAS
from core.sweep.results import Results
from core.sweep.summary import CellResult
from core.sweep.tables.base import SweepTable
from core.sweep.words import NONE, amount, numbers, share

#: A float and one slot of the optimizer.
_BYTES_WITH_SLOT = 8


class Compressed(SweepTable):
    title = "Compressed sizes"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "network",
        "compression": "pruned",
        "numbers": "numbers",
        "accuracy": "accuracy",
        "precision": "macro precision",
        "file": "deployed file (MB)",
        "gzip": "deployed file, gzip (MB)",
        "keras": "Keras file, gzip (MB)",
        "slot": "with an optimizer slot (MB)",
        "with_optimizer": "with optimizer state, compressed (MB)",
    }
    note = (
        "With an optimizer slot: 8 bytes a parameter, the weight and what SGD with momentum keeps beside it, "
        "not compressed. With optimizer state, compressed: the Keras file with momentum, after gzip; ours "
        "is an estimate, as if the momentum shrank as the weights do."
    )
    text = frozenset({"network", "compression", "numbers"})

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        for found in results.cells:
            yield {
                "network": results.title_of(found.cell.series),
                "compression": amount(found.cell),
                "numbers": numbers(found.cell),
                "accuracy": share(found.spread("accuracy")),
                "precision": share(found.spread("macro_precision")),
                "file": _megabytes(found.size("tflite")),
                "gzip": _megabytes(found.size("tflite_gzip")),
                "keras": _megabytes(_keras_gzip(results, found)),
                "slot": _megabytes(_BYTES_WITH_SLOT * found.spread("parameters").mean),
                "with_optimizer": _megabytes(_with_optimizer(found)),
            }


def _keras_gzip(results: Results, found: CellResult) -> float | None:
    """The float model without optimizer state, as a run leaves it."""
    files = [results.out / point.where.folder / KERAS for point in found.points]
    sizes = [file_size(file).gzip_bytes for file in files if file.is_file()]
    return fmean(sizes) if sizes else None


def _with_optimizer(found: CellResult) -> float | None:
    """What the records of the runs say; those of earlier versions do not."""
    return found.size("keras_with_optimizer_gzip")


def _megabytes(size_bytes: float | None) -> str:
    return NONE if size_bytes is None else f"{size_bytes / 1e6:.3f}"
