"""The boards, Pis and meters that are there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from typing import Any

from codegen.targets.board import Board, all_boards
from core.boards.usb_ports import UsbBoard, find_usb_boards
from core.meters.base import FoundMeter
from core.meters.finding import find_meters
from core.pi.board import PI
from core.pi.discovery import FoundPi, find_pis


class DeviceKind(Enum):
    HOST = "host"
    VIRTUAL = "virtual"
    BOARD = "board"
    PI = "pi"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that a model can be deployed to or measured with; `where` is a port or an address, `name`
    what its owner calls it."""

    id: str
    kind: DeviceKind
    title: str
    where: str
    note: str
    name: str = ""
    serial_number: str = ""

    @property
    def called(self) -> str:
        """The name, if it has one, and what it is."""
        return f"{self.name} ({self.title})" if self.name else self.title

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble devices --json``."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "where": self.where,
            "note": self.note,
            "name": self.name,
            "serial_number": self.serial_number,
        }


def find_devices(
    meters: Callable[[], Iterable[FoundMeter]] = find_meters,
    pis: Callable[[], Iterable[FoundPi]] = find_pis,
) -> tuple[Device, ...]:
    """This computer, the virtual boards, boards on USB, power meters, and Pis in the network. Takes some
    seconds, in which drivers and the network are asked."""
    always = (_as_device(b) for b in all_boards().values() if b.virtual or b.target == "host")
    with ThreadPoolExecutor(1) as meanwhile:
        found_pis = meanwhile.submit(pis)
        found_meters = [_as_meter(meter) for meter in meters()]
    in_network = (_in_network(pi) for pi in found_pis.result())
    return (*always, *(_on_usb(usb) for usb in find_usb_boards()), *in_network, *found_meters)


def _as_meter(meter: FoundMeter) -> Device:
    """Its id is what ``--meter`` takes."""
    name = f"{meter.kind}:{meter.target}" if meter.target else meter.kind
    return Device(name, DeviceKind.METER, meter.title, meter.where, meter.note)


def _in_network(pi: FoundPi) -> Device:
    note = pi.how.value + (f"; --user {pi.user}" if pi.user else "")
    return Device(PI, DeviceKind.PI, pi.title, pi.where, note)


def _on_usb(usb: UsbBoard) -> Device:
    note = f"{usb.attachment.value}; {usb.product or 'unnamed program'}"
    note += f"; serial number {usb.serial_number}" if usb.serial_number else ""
    note += "; pretended: no board, but a program" if usb.pretended else ""
    return Device(
        usb.board.id, DeviceKind.BOARD, usb.board.title, usb.where, note, usb.name, usb.serial_number
    )


def _as_device(board: Board) -> Device:
    kind = DeviceKind.VIRTUAL if board.virtual else DeviceKind.HOST
    where = "emulated on this computer" if board.virtual else "this computer"
    return Device(board.id, kind, board.title, where, board.note)
