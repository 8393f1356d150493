"""`thimble demo`: the main job on what is built in."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.commands.deploy import require_verified
from core.cli.commands.report import show_report
from core.cli.jobs import run_job
from core.cli.options import add_board, add_json, add_port, positive
from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console

_OUT = Path("thimble-demo")
_RUNS = 100
_PRESET = "structured-int8"


def _configure(parser: ArgumentParser) -> None:
    add_board(parser, default="virtual-pico")
    add_port(parser)
    parser.add_argument(
        "--out", metavar="DIR", type=Path, default=_OUT, help=f"folder for the results ({_OUT})"
    )
    parser.add_argument(
        "--recipe", metavar="PRESET", default=_PRESET, help=f"see `thimble recipes` ({_PRESET})"
    )
    parser.add_argument(
        "--runs",
        metavar="N",
        type=positive,
        default=_RUNS,
        help=f"test images to send to the board ({_RUNS})",
    )
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.bench import check_runs
    from core.boards.catalogue import board_named
    from core.boards.placing import check_plugged_in
    from core.demo import DemoOptions, run_demo

    # what a person can mend is told at once, not after minutes
    check_plugged_in(board_named(arguments.board), arguments.port)
    check_runs(arguments.runs)
    options = DemoOptions(arguments.out, arguments.board, arguments.recipe, arguments.runs, arguments.port)
    value = run_demo(options, lambda task, params: run_job(task, params, terminal), terminal.say)
    terminal.result(value, lambda console: _show(console, value, arguments.out))
    require_verified(value["bench"])


def _show(console: Console, value: dict[str, Any], out: Path) -> None:
    from core.report import collect

    show_report(console, collect(out))
    files = value["report"]
    console.print(f"Report: {files['pdf']} and {files['csv']}", soft_wrap=True)
    console.print(f"Everything else is in {out}.", soft_wrap=True)


DEMO = Command("demo", "the main job on what is built in: no board and no network needed", _configure, _run)
