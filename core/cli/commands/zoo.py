"""`thimble zoo`: the built-in architectures."""

from __future__ import annotations

from argparse import Namespace

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.models.zoo import all_architectures

    found = [
        {"name": a.name, "input": list(a.input_shape), "parameters": a.parameters, "macs": a.macs}
        for a in all_architectures().values()
    ]
    rows = [
        [a.name, "×".join(map(str, a.input_shape)), f"{a.parameters:,}", f"{a.macs:,}", a.about]
        for a in all_architectures().values()
    ]
    columns = ("name", "input", "parameters", "MACs", "what it is")
    shown = table("Built-in architectures", columns, rows, text=(0, 1, 4))
    terminal.result(found, lambda console: console.print(shown))


ZOO = Command("zoo", "the built-in architectures with parameters and MACs", add_json, _run)
