"""A run on the terminal: before and after, what quantization cost, and what else there is to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from core.cli.terminal import table

if TYPE_CHECKING:
    from rich.console import Console


def show_run(console: Console, title: str, run: Mapping[str, Any]) -> None:
    """`run` holds what stands in run.json; those of earlier versions show less."""
    from core.report import quantization
    from core.report.side_by_side import before_after, layers_before_after

    rows = before_after(run)
    console.print(table(title, rows[0], rows[1:]))
    rows = layers_before_after(run)
    console.print(table("Parameters of each layer", rows[0], rows[1:]))
    loss = run.get("quantization_loss")
    if loss:
        rows = quantization.layers(loss)
        console.print(table("Signal-to-quantization-noise ratio", rows[0], rows[1:], text=(0, 1)))
        console.print(quantization.summary(loss), markup=False)
        for sentence in loss["suggestions"]:
            console.print(f"To try: {sentence}", markup=False)
    for found in run.get("notes") or ():
        console.print(found["text"], markup=False)
    for found in run.get("warnings") or ():
        console.print(f"Warning: {found['text']}", markup=False)
