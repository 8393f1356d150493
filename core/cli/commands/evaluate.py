"""`thimble evaluate`: how good a model is on data."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import DATA_HELP, add_json, add_model, add_scale, data_options
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console


#: Larger confusion matrices are in the JSON only.
_LARGEST_MATRIX = 20


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("--data", required=True, help=DATA_HELP)
    add_scale(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    names = ("model", "data", "allow_unsafe")
    params = {name: getattr(arguments, name) for name in names} | {"options": data_options(arguments)}
    value = run_job("evaluate", params, terminal)
    terminal.result(value, lambda console: _show(console, value))


def _show(console: Console, value: dict[str, Any]) -> None:
    rows = [
        ["accuracy", f"{100 * value['accuracy']:.2f} %"],
        ["macro precision", f"{100 * value['macro_precision']:.2f} %"],
        ["loss (mean cross-entropy, nats)", f"{value['loss']:.4f}"],
        ["range of the inputs", value["input_range"]],
    ]
    console.print(table(f"On {value['samples']:,} test samples", ("", "value"), rows))
    classes = [
        [c["name"], f"{c['samples']:,}", f"{100 * c['recall']:.1f} %", f"{100 * c['precision']:.1f} %"]
        for c in value["per_class"]
    ]
    console.print(table("Classes", ("class", "test samples", "recall", "precision"), classes))
    if len(classes) <= _LARGEST_MATRIX:
        names = [str(c["name"]) for c in value["per_class"]]
        matrix = [
            [name, *(str(count) if count else "·" for count in row)]
            for name, row in zip(names, value["confusion"], strict=True)
        ]
        console.print(table("Actual classes in rows, predicted ones in columns", ("", *names), matrix))
    for found in value["warnings"]:
        console.print(f"Warning: {found['text']}")


EVALUATE = Command("evaluate", "accuracy, precision, loss, per class, confusion matrix", _configure, _run)
