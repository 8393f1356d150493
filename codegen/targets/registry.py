"""All targets, by the name that the boards' TOML files use."""

from __future__ import annotations

from types import MappingProxyType

from codegen.errors import CodegenError
from codegen.targets.board import Board
from codegen.targets.host.target import HOST
from codegen.targets.nano33ble.target import NANO33BLE
from codegen.targets.pico.target import PICO
from codegen.targets.target import MemoryLayout, Target

TARGETS: MappingProxyType[str, Target] = MappingProxyType({t.id: t for t in (HOST, NANO33BLE, PICO)})


def find_target(board: Board) -> Target:
    """The target of a board. Raises CodegenError ``unknown-target`` when its TOML file names none."""
    try:
        return TARGETS[board.target]
    except KeyError:
        raise CodegenError(
            "unknown-target",
            f"the target {board.target!r} of the board {board.id} is not there",
            f"name one of these in its TOML file: {', '.join(TARGETS)}",
        ) from None


def memory_layout(board: Board) -> MemoryLayout:
    """The memory of a microcontroller. Raises CodegenError ``no-microcontroller`` for the host."""
    layout = find_target(board).layout
    if layout is None:
        raise CodegenError(
            "no-microcontroller",
            f"{board.title} is no microcontroller: its programs have no fixed addresses",
            "choose a board",
        )
    return layout
