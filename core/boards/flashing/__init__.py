"""Ways to get an image into a board's flash: one file each."""

from __future__ import annotations

from types import MappingProxyType

from codegen.targets.board import Board
from core.boards.flashing.arduino_bootloader import ArduinoBootloader
from core.boards.flashing.base import Flasher
from core.boards.flashing.uf2_drive import Uf2Drive
from core.errors import ThimbleError

FLASHERS: MappingProxyType[str, Flasher] = MappingProxyType(
    {f.id: f for f in (ArduinoBootloader(), Uf2Drive())}
)


def find_flasher(board: Board) -> Flasher:
    """The flasher that the board's TOML file names. Raises ThimbleError ``board-not-there``."""
    try:
        return FLASHERS[board.flasher]
    except KeyError:
        raise ThimbleError(
            "board-not-there", f"{board.title} cannot be flashed yet", "use its virtual twin, or the host"
        ) from None
