"""`thimble build`: the firmware image."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.models import open_compiled
from core.cli.options import add_board, add_build_options, add_json, add_model, build_options
from core.cli.terminal import Terminal, table
from core.paths import cache_dir, new_output_dir

if TYPE_CHECKING:
    from rich.console import Console

    from codegen.compiler import Compilation
    from codegen.firmware import FirmwareImage


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the image")
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    compilation = compiled(arguments, terminal)
    with new_output_dir(arguments.out) as out:
        image = built(compilation, out, terminal)
    value = image.to_json()
    terminal.result(value, lambda console: show_build(console, value))


def compiled(arguments: Namespace, terminal: Terminal) -> Compilation:
    """The model of these arguments, planned for their board. Raises ThimbleError or CodegenError."""
    from codegen.compiler import compile_model
    from core.boards.catalogue import board_named

    board = board_named(arguments.board)
    options = build_options(arguments)
    opened = open_compiled(arguments.model, terminal, arguments.allow_unsafe)
    return compile_model(opened.graph, board, options)


def built(compilation: Compilation, out: Path, terminal: Terminal) -> FirmwareImage:
    """The image in the folder `out`. Raises ThimbleError or CodegenError."""
    from codegen.firmware import build_firmware

    cache = cache_dir() / "compiler"
    first = compilation.options.compiler == "zig" and not cache.exists()
    terminal.say("building" + (" (the compiler prepares itself first, which takes a while)" if first else ""))
    return build_firmware(compilation, out, cache)


def show_build(console: Console, build: dict[str, Any]) -> None:
    """The sizes as a table, and where the image is."""
    rows = [
        [title, f"{build[f'predicted_{memory}_bytes']:,}", f"{build[f'{memory}_bytes']:,}"]
        for memory, title in (("flash", "Flash"), ("sram", "SRAM"))
    ]
    console.print(table(f"Built with {build['compiler']}", ("", "predicted (bytes)", "linked (bytes)"), rows))
    console.print(f"{build['elf']}\n{build['image']}", soft_wrap=True)


BUILD = Command("build", "the firmware image", _configure, _run)
