"""`thimble evaluate`: how good a model is on data."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import DATA_HELP, MODEL_HELP, add_json
from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    parser.add_argument("--data", required=True, help=DATA_HELP)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    value = run_job("evaluate", {"model": arguments.model, "data": arguments.data}, terminal)
    terminal.result(value, lambda console: _show(console, value))


def _show(console: Console, value: dict[str, Any]) -> None:
    console.print(f"accuracy {100 * value['accuracy']:.2f} %")


EVALUATE = Command("evaluate", "accuracy, precision, loss, per class, confusion matrix", _configure, _run)
