"""`thimble devices`: what a model can be deployed to."""

from __future__ import annotations

from argparse import Namespace

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.boards.devices import find_devices

    found = find_devices()
    rows = [[device.id, device.kind.value, device.title, device.where, device.note] for device in found]
    shown = table("Devices", ("id", "kind", "name", "where", "note"), rows, text=range(5))
    terminal.result([device.to_json() for device in found], lambda console: console.print(shown))


DEVICES = Command("devices", "boards that are there, the virtual ones included", add_json, _run)
