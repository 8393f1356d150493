"""`thimble inspect`: what is in a model, and what it can run on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.cli.command import Command
from core.cli.models import model_file
from core.cli.options import MODEL_HELP, add_json
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console

    from core.services.inspection import Inspection


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.services.inspection import inspect_model

    found = inspect_model(model_file(arguments.model, terminal), arguments.model)
    terminal.result(found.to_json(), lambda console: _show(console, found))


def _show(console: Console, found: Inspection) -> None:
    rows = [
        [
            layer.name,
            layer.op,
            "?" if layer.output is None else "×".join(map(str, layer.output)),
            f"{layer.parameters:,}",
            "?" if layer.macs is None else f"{layer.macs:,}",
        ]
        for layer in found.layers
    ]
    macs = "?" if found.macs is None else f"{found.macs:,}"
    rows.append(["in all", "", "", f"{found.parameters:,}", macs])
    columns = ("layer", "operator", "output", "parameters", "MACs")
    console.print(table(f"{found.name} ({found.format}, {found.numbers})", columns, rows, text=(0, 1, 2)))
    targets = [
        [
            target.board,
            "yes" if target.supported else "no",
            {True: "yes", False: "no", None: ""}[target.fits],
            "; ".join(part for part in (target.reason, target.hint) if part),
        ]
        for target in found.targets
    ]
    console.print(table("Boards", ("board", "supported", "fits", "why"), targets, text=range(4)))


INSPECT = Command("inspect", "layers, parameters, MACs, and which boards support it", _configure, _run)
