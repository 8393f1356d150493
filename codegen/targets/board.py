"""Boards as values, one TOML file each in `boards/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError

BOARDS_DIR = Path(__file__).parent / "boards"


class Cpu(Enum):
    CORTEX_M0PLUS = "cortex-m0plus"
    CORTEX_M4F = "cortex-m4f"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class PowerProfile:
    """Average supply power while the CPU computes, and where the figure is from."""

    active_w: float
    source: str


@dataclass(frozen=True, slots=True)
class Board:
    """One board. `sram_bytes` and `flash_bytes` are what an application may use.

    `usb_ids` are (vendor, product) of the board when a program runs, `bootloader_usb_ids` of the serial port
    of its bootloader, `boot_drive` is the Board-ID of the drive that its bootloader shows. `plug_in_help`
    says how a board that is not seen comes to be seen. `arduino_architectures` are the names by which
    Arduino's cores for it go (Arduino platform specification);
    ``*`` stands for all. `marker_pin` is the pin that is high while the model computes, empty where the board
    has none.
    """

    id: str
    title: str
    cpu: Cpu
    clock_hz: int
    flash_bytes: int
    sram_bytes: int
    target: str
    virtual: bool
    usb_ids: tuple[tuple[int, int], ...]
    flasher: str
    power_profile: PowerProfile | None
    note: str = ""
    bootloader_usb_ids: tuple[tuple[int, int], ...] = ()
    boot_drive: str = ""
    plug_in_help: str = ""
    arduino_architectures: tuple[str, ...] = ("*",)
    marker_pin: str = ""


def read_board(path: Path) -> Board:
    """The board in a TOML file; its id is the name of the file."""
    raw: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    power = raw.get("power_profile")
    return Board(
        id=path.stem,
        title=raw["title"],
        cpu=Cpu(raw["cpu"]),
        clock_hz=raw["clock_hz"],
        flash_bytes=raw["flash_bytes"],
        sram_bytes=raw["sram_bytes"],
        target=raw["target"],
        virtual=raw["virtual"],
        usb_ids=_usb_ids(raw, "usb_ids"),
        flasher=raw.get("flasher", "none"),
        power_profile=PowerProfile(**power) if power else None,
        note=raw.get("note", ""),
        bootloader_usb_ids=_usb_ids(raw, "bootloader_usb_ids"),
        boot_drive=raw.get("boot_drive", ""),
        plug_in_help=raw.get("plug_in_help", ""),
        arduino_architectures=tuple(raw.get("arduino_architectures", ("*",))),
        marker_pin=raw.get("marker_pin", ""),
    )


def _usb_ids(raw: dict[str, Any], key: str) -> tuple[tuple[int, int], ...]:
    return tuple((vendor, product) for vendor, product in raw.get(key, []))


@cache
def all_boards() -> dict[str, Board]:
    """Every board that this version can build for, by id."""
    return {path.stem: read_board(path) for path in sorted(BOARDS_DIR.glob("*.toml"))}


def find_board(board_id: str) -> Board:
    """The board with this id. Raises CodegenError ``unknown-board`` with the ids that exist."""
    try:
        return all_boards()[board_id]
    except KeyError:
        known = ", ".join(all_boards())
        raise CodegenError(
            "unknown-board",
            f"the board {board_id!r} is not there yet",
            f"use one of these: {known}",
        ) from None
