"""Accuracy and size for each criterion, schedule and number format (Deutel et al., paper A)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from core.sweep.results import Results
from core.sweep.tables.base import SweepTable
from core.sweep.words import amount, how, kilobytes, numbers, points, share


class AccuracySize(SweepTable):
    title = "Accuracy and size"
    columns: ClassVar[Mapping[str, str]] = {
        "network": "pruning",
        "compression": "asked for",
        "how": "criterion, schedule",
        "numbers": "numbers",
        "remaining": "left",
        "accuracy": "rel. accuracy",
        "quantization": "lost by quantization (points)",
        "file": "TFLite (kB)",
        "gzip": "gzip (kB)",
    }
    text = frozenset({"network", "compression", "how", "numbers"})
    note = (
        "Relative accuracy is against the unpruned model; what quantization lost is against the same pruned "
        "model in floats. Left: parameters that are there and not zero. uint8 is deployed as an ONNX file; "
        "the TFLite file beside it is int8."
    )

    def rows(self, results: Results) -> Iterator[Mapping[str, str]]:
        for found in results.cells:
            cell = found.cell
            yield {
                "network": results.title_of(cell.series),
                "compression": amount(cell),
                "how": how(cell),
                "numbers": numbers(cell),
                "remaining": share(found.spread("remaining")),
                "accuracy": share(found.spread("relative_accuracy")),
                "quantization": points(found.spread("lost_by_quantization")),
                "file": kilobytes(found.size("tflite")),
                "gzip": kilobytes(found.size("tflite_gzip")),
            }
