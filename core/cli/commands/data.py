"""`thimble data`: the known data sets, and how they come into the data folder."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import add_json
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action", nargs="?", choices=("list", "get"), default="list", help="list (default) or get NAME"
    )
    parser.add_argument(
        "name", metavar="NAME", nargs="?", help="the known set to download: mnist, cifar10, …"
    )
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    if arguments.action == "list":
        _list(arguments, terminal)
    else:
        _get(arguments, terminal)


def _list(arguments: Namespace, terminal: Terminal) -> None:
    from core.data.known.sets import KNOWN_SETS
    from core.paths import datasets_dir

    root = datasets_dir()
    found: list[dict[str, Any]] = []
    for known in KNOWN_SETS:
        place = known.place_in(root)
        found.append(
            {
                "name": known.id,
                "title": known.title,
                "present": known.is_in(root),
                "path": None if place is None else str(place),
                "classes": len(known.class_names),
                "download_bytes": known.download_bytes,
                "checksum_known": all(file.wanted.sha256 is not None for file in known.published),
            }
        )
    terminal.result({"folder": str(root), "sets": found}, lambda console: _show(console, str(root), found))


def _show(console: Console, root: str, found: list[dict[str, Any]]) -> None:
    rows = [
        [
            entry["name"],
            "present" if entry["present"] else "missing",
            f"{entry['download_bytes'] / 1e6:,.0f} MB" + ("" if entry["checksum_known"] else " *"),
            f"{entry['classes']}",
            entry["title"],
        ]
        for entry in found
    ]
    columns = ("name", "in the data folder", "download", "classes", "what it is")
    console.print(table("Known data sets", columns, rows, text=(0, 1, 4)))
    console.print("* no checksum is published; that of the first download is kept and compared")
    console.print(f"data folder: {root}; `thimble data get NAME` downloads", soft_wrap=True)


def _get(arguments: Namespace, terminal: Terminal) -> None:
    from core.data.known.source import require_known_set

    known = require_known_set(arguments.name or "")  # what a person can mend is told before a worker starts
    value = run_job("download", {"name": known.id}, terminal)

    def show(console: Console) -> None:
        for file in value["files"]:
            console.print(f"{file['path']}: SHA-256 {file['sha256']}, {file['checksum']}", soft_wrap=True)
        console.print(f"{known.title} is in {value['path']}: --data {known.id}", soft_wrap=True)

    terminal.result(value, show)


DATA = Command("data", "lists the known data sets, or downloads one", _configure, _run)
