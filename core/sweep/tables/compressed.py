"""Compressed size, accuracy and macro precision, pruned and not (Salmon, Finge, paper D)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from core.sweep.results import Results
from core.sweep.tables.base import SweepTable
from core.sweep.words import NONE, amount, share


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
        "with_optimizer": "with optimizer state, gzip (MB)",
    }
    text = frozenset({"network", "compression", "numbers"})

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        for found in results.cells:
            yield {
                "network": results.title_of(found.cell.series),
                "compression": amount(found.cell),
                "numbers": found.cell.quantize,
                "accuracy": share(found.spread("accuracy")),
                "precision": share(found.spread("macro_precision")),
                "file": _megabytes(found.size("tflite")),
                "gzip": _megabytes(found.size("tflite_gzip")),
                "keras": _megabytes(found.size("keras_gzip")),
                "with_optimizer": _megabytes(found.size("keras_optimizer_gzip")),
            }


def _megabytes(size_bytes: float | None) -> str:
    return NONE if size_bytes is None else f"{size_bytes / 1e6:.3f}"
