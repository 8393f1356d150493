"""`thimble inspect`: what is in a model, and what it can run on."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.command import Command
from core.cli.models import model_file
from core.cli.options import add_json, add_model
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console

    from core.services.inspection import End, Inspection


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.models.formats import find_format
    from core.models.loading import is_zoo
    from core.services.inspection import inspect_model

    path = model_file(arguments.model, terminal, arguments.allow_unsafe)
    found = inspect_model(path, arguments.model)
    if not is_zoo(arguments.model):
        found = replace(found, format=find_format(Path(arguments.model)).id)
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
    if found.inputs:
        console.print(f"inputs: {_ends(found.inputs)}; outputs: {_ends(found.outputs)}")
    columns = ("layer", "operator", "output", "parameters", "MACs")
    console.print(table(f"{found.name} ({found.format}, {found.numbers})", columns, rows, text=(0, 1, 2)))
    boards: dict[tuple[str, str, str], list[str]] = {}
    for target in found.targets:
        fits = {True: "yes", False: "no", None: ""}[target.fits]
        why = "; ".join(part for part in (target.reason, target.hint) if part)
        boards.setdefault(("yes" if target.supported else "no", fits, why), []).append(target.board)
    targets = [[", ".join(names), supported, fits] for (supported, fits, _), names in boards.items()]
    console.print(table("Boards", ("board", "supported", "fits"), targets, text=range(3)))
    for (*_, why), names in boards.items():
        if why:
            console.print(f"{', '.join(names)}: {why}")
    for note in found.notes:
        console.print(f"Note: {note}.")


def _ends(ends: tuple[End, ...]) -> str:
    return ", ".join(f"{end.name} {'×'.join(map(str, end.shape))} {end.numbers}" for end in ends)


INSPECT = Command("inspect", "layers, parameters, MACs, and which boards support it", _configure, _run)
