"""`thimble generate`: the C sources."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from core.cli.command import Command
from core.cli.models import open_compiled
from core.cli.options import add_board, add_build_options, add_json, add_model, build_options
from core.cli.terminal import Terminal


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the sources")
    add_board(parser, default="virtual-pico")
    parser.add_argument("--format", default="c", help="c (default), arduino or pico-sdk")
    parser.add_argument(
        "--name", help="what all global names of the code begin with; the model's file name if left out"
    )
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from codegen.emit import find_exporter
    from codegen.emit.names import model_name
    from core.boards.catalogue import board_named
    from core.exports import export_code
    from core.paths import cache_dir

    exporter, board = find_exporter(arguments.format), board_named(arguments.board)
    options = build_options(arguments)
    opened = open_compiled(arguments.model, terminal, arguments.allow_unsafe)
    name = arguments.name or opened.path.stem
    if arguments.name and model_name(name) != arguments.name:
        terminal.say(f"the names of the code begin with {model_name(name)}, made of {arguments.name!r}")
    files = export_code(opened.graph, board, options, arguments.out, exporter.id, name, cache_dir())
    value = {"out": str(arguments.out), "format": arguments.format, "files": [str(file) for file in files]}
    terminal.result(value, lambda console: console.print("\n".join(value["files"]), soft_wrap=True))


GENERATE = Command("generate", "the C sources", _configure, _run)
