"""Boards by the names that people type."""

from __future__ import annotations

from codegen.targets.board import Board, all_boards
from core.errors import ThimbleError

#: What runs model files itself.
RUNS_FILES = ("pi",)


def board_named(name: str) -> Board:
    """The board of this name that code is built for.

    Raises ThimbleError ``runs-files`` or ``unknown-board``.
    """
    boards = all_boards()
    if name in boards:
        return boards[name]
    if name in RUNS_FILES:
        raise ThimbleError(
            "runs-files",
            f"no code is built for the board {name!r}: it runs the model's file itself",
            f"use `thimble bench` or `thimble deploy` with --board {name} --host NAME, or one of the boards"
            f" {', '.join(boards)}",
        )
    hint = f"use one of these: {', '.join((*boards, *RUNS_FILES))}"
    raise ThimbleError("unknown-board", f"there is no board {name!r}", hint)
