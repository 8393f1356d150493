"""`thimble devices`: what a model can be deployed to; which board is which."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table
from core.errors import ThimbleError

if TYPE_CHECKING:
    from rich.console import Console

    from core.boards.usb_ports import UsbBoard

_HEADINGS = ("id", "kind", "name", "where", "note")


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--identify", metavar="PORT", help="first blink the LED of this board on USB (it must run a model)"
    )
    parser.add_argument(
        "--name",
        nargs=2,
        metavar=("PORT", "NAME"),
        help="first give this board on USB a name, by which --port finds it; an empty one is forgotten",
    )
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.boards.devices import DeviceKind, find_devices

    if arguments.name:
        _name(*arguments.name)
    if arguments.identify:
        _identify(arguments.identify, terminal)
    terminal.say("looking for boards, meters and Raspberry Pis …")
    found = find_devices()
    rows = [[device.id, device.kind.value, device.called, device.where, device.note] for device in found]
    shown = table("Devices", _HEADINGS, rows, text=range(len(_HEADINGS)))
    no_meter = not any(device.kind is DeviceKind.METER for device in found)

    def show(console: Console) -> None:
        console.print(shown)
        if no_meter:
            console.print("No power meter found.")

    terminal.result([device.to_json() for device in found], show)


def _name(port: str, name: str) -> None:
    from core.boards.names import name_board

    name_board(_on_usb(port).serial_number, name)


def _identify(port: str, terminal: Terminal) -> None:
    from core.boards.identify import identify

    usb = _on_usb(port)
    terminal.say(f"the LED of {usb.title} at {usb.where} blinks now")
    identify(usb)


def _on_usb(port: str) -> UsbBoard:
    """Whatever board is there. Raises ThimbleError ``board-not-there``."""
    from core.boards.usb_ports import find_usb_boards, listed

    found = find_usb_boards()
    at_port = [usb for usb in found if usb.is_at(port)]
    if at_port:
        return at_port[0]
    raise ThimbleError(
        "board-not-there", f"no board on USB is at {port}", f"boards that are plugged in: {listed(found)}"
    )


DEVICES = Command(
    "devices", "boards and power meters that are there, virtual boards included", _configure, _run
)
