"""`thimble deploy` to several boards side by side: which ones, and how each of them ended."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from core.boards.put import Put
from core.cli.options import positive
from core.cli.terminal import table
from core.errors import ThimbleError

if TYPE_CHECKING:
    from rich.console import Console

#: How a board came to run the program (`core.boards.put.Put`), for tables.
_PUT_WORDS = {
    Put.RAN_ALREADY: "ran there already",
    Put.FLASHED: "flashed",
    Put.REPLACED_OTHER: "flashed over another program",
    Put.REPLACED_UNKNOWN: "flashed over whatever was there",
}


def add_several_boards(parser: ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--port",
        action="append",
        help="port, boot drive, serial number or name of a board on USB, where several are plugged in;"
        " give it several times for several boards side by side",
    )
    which.add_argument("--all", action="store_true", help="every plugged-in board of this kind, side by side")
    which.add_argument("--count", metavar="N", type=positive, help="N virtual boards side by side")


def several_boards(arguments: Namespace) -> dict[str, Any] | None:
    """Which boards, as params of the task `deploy-several`; None for one: `arguments.port` is its port.

    Raises ThimbleError for boards that are not there, before any work is done.
    """
    from core.boards.catalogue import board_named
    from core.boards.placing import is_on_usb
    from core.boards.side_by_side import stations_of

    ports: list[str] = arguments.port or []
    arguments.port = ports[0] if len(ports) == 1 else None
    if len(ports) < 2 and not arguments.all and arguments.count is None:
        return None
    board = board_named(arguments.board)
    if arguments.all and not is_on_usb(board):
        raise ThimbleError(
            "no-port", f"{board.title} is at no port", "use --count N for several virtual boards"
        )
    if arguments.count is not None and not board.virtual:
        raise ThimbleError("one-board", f"--count is for virtual boards, not for {board.title}", "use --all")
    stations = stations_of(board, ports, arguments.count or 1)
    return {"ports": [station.port for station in stations if station.port], "count": arguments.count}


def show_boards(console: Console, boards: Sequence[dict[str, Any]]) -> None:
    """A row a board: verified or not, how fast, what went wrong."""
    headings = ("board", "where", "program", "latency, mean (ms)", "how", "outputs")
    rows = [
        [board["title"], board["where"], put_words(board), *_bench(board["bench"]), _verdict(board)]
        for board in boards
    ]
    console.print(table(f"{len(boards)} boards", headings, rows, text=(0, 1, 2, 4, 5)))


def put_words(told: dict[str, Any]) -> str:
    """How a board came to run the program, from its result; empty where nothing has to be flashed."""
    placed = told.get("placed")
    return "" if placed is None else _PUT_WORDS[Put(placed)]


def _bench(bench: dict[str, Any] | None) -> tuple[str, str]:
    if bench is None:
        return "", ""
    return f"{1e3 * bench['mean_s']:.3f}", "measured" if bench["timing"] == "measured" else "cycle estimate"


def _verdict(board: dict[str, Any]) -> str:
    if board["error"] is not None:
        return f"failed: {board['error']['what']} ({board['error']['hint']})"
    from core.report.verdict import compared

    if not compared(board["bench"]):
        return "NOT VERIFIED: no answer is clear enough to be compared"
    return "verified" if board["verified"] else "NOT VERIFIED: other answers than they should be"


def require_every_board(boards: Sequence[dict[str, Any]]) -> None:
    """Raises ThimbleError ``boards-failed`` when one of them did not run the program, or not rightly."""
    bad = [board for board in boards if not board["verified"]]
    if bad:
        raise ThimbleError(
            "boards-failed",
            f"{len(bad)} of {len(boards)} boards failed: "
            + "; ".join(f"{board['title']} at {board['where']}: {_verdict(board)}" for board in bad),
            "mend what is said of each, then deploy to them again; the others need nothing",
        )
