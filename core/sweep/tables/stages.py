"""The chain stage by stage: accuracy, parameters and different weights (Naveen, Kounte)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from core.report.units import number
from core.sweep.results import Results
from core.sweep.tables.base import SweepTable
from core.sweep.words import amount, kilobytes, numbers, share


class Stages(SweepTable):
    title = "The chain, stage by stage"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "stage",
        "compression": "pruned",
        "numbers": "numbers",
        "accuracy": "accuracy",
        "parameters": "parameters",
        "unique": "different weights",
        "fewer": "fewer different weights",
        "gzip": "TFLite, gzip (kB)",
    }
    text = frozenset({"network", "compression", "numbers"})
    note = "Different weights are counted layer by layer; “fewer” is against the unpruned network in floats."

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        cells = results.cells
        whole = next((c for c in cells if c.cell.kind == "none" and c.cell.quantize == "none"), None)
        for found in cells:
            unique = found.spread("unique").mean
            row = {
                "network": results.title_of(found.cell.series),
                "compression": amount(found.cell),
                "numbers": numbers(found.cell),
                "accuracy": share(found.spread("accuracy")),
                "parameters": number(round(found.spread("parameters").mean)),
                "unique": number(round(unique)),
                "gzip": kilobytes(found.size("tflite_gzip")),
            }
            if whole is not None and unique:
                row["fewer"] = f"{whole.spread('unique').mean / unique:,.1f} ×"
            yield row
