"""Accuracy of the Keras model, its TFLite file and the quantized ones, pruned and not (Ameen et al.)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from core.sweep.results import Results
from core.sweep.tables.base import SweepTable
from core.sweep.words import amount, share


class Formats(SweepTable):
    title = "Accuracy of each file"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "pruning",
        "compression": "asked for",
        "keras": "Keras",
        "none": "TFLite",
        "float16": "TFLite float16",
        "dynamic": "TFLite dynamic",
        "int8": "TFLite int8",
        "uint8": "ONNX uint8",
        "loss": "loss (Keras)",
    }
    text = frozenset({"network", "compression"})

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        rows: dict[tuple[object, ...], dict[str, str]] = {}
        for found in results.cells:
            cell = found.cell
            key = (cell.series, cell.kind, cell.sparsity, cell.threshold, cell.criterion, cell.schedule)
            row = rows.setdefault(
                key,
                {
                    "network": results.title_of(cell.series),
                    "compression": amount(cell),
                    "keras": share(found.spread("accuracy_float")),
                    "loss": f"{found.spread('loss_float').mean:.4f}",
                },
            )
            row[cell.quantize] = share(found.spread("accuracy"))
        yield from rows.values()
