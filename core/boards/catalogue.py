"""Boards by the names that people type."""

from __future__ import annotations

from codegen.targets.board import Board, all_boards
from core.errors import ThimbleError

#: Boards that Thimble will know.
LATER = ("pi",)


def board_named(name: str) -> Board:
    """The board of this name. Raises ThimbleError ``not-there-yet`` or ``unknown-board``."""
    boards = all_boards()
    if name in boards:
        return boards[name]
    hint = f"use one of these: {', '.join(boards)}"
    if name in LATER:
        raise ThimbleError("not-there-yet", f"the board {name!r} is not there yet", hint)
    raise ThimbleError("unknown-board", f"there is no board {name!r}", hint)
