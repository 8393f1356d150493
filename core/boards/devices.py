"""The boards, Pis and meters that are there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from codegen.targets.board import Board, all_boards


class DeviceKind(Enum):
    HOST = "host"
    VIRTUAL = "virtual"
    BOARD = "board"
    PI = "pi"
    METER = "meter"


@dataclass(frozen=True, slots=True)
class Device:
    """Something that a model can be deployed to or measured with; `where` is a port or an address."""

    id: str
    kind: DeviceKind
    title: str
    where: str
    note: str

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble devices --json``."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "title": self.title,
            "where": self.where,
            "note": self.note,
        }


def find_devices() -> tuple[Device, ...]:
    """This computer and the virtual boards. Looking for boards on USB, Pis and meters is not there yet."""
    return tuple(_as_device(b) for b in all_boards().values() if b.virtual or b.target == "host")


def _as_device(board: Board) -> Device:
    kind = DeviceKind.VIRTUAL if board.virtual else DeviceKind.HOST
    where = "emulated on this computer" if board.virtual else "this computer"
    return Device(board.id, kind, board.title, where, board.note)
