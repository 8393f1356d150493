"""`thimble bench`: repeated inference with latency and energy."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.commands.deploy import add_board_connection, deploy_job, refuse_what_is_not_there
from core.cli.options import (
    DATA_HELP,
    add_board,
    add_build_options,
    add_json,
    add_model,
    add_scale,
    positive,
)
from core.cli.terminal import Terminal, table
from core.errors import ThimbleError
from core.paths import output_dir, write_atomically
from core.work_folder import work_folder

if TYPE_CHECKING:
    from rich.console import Console

_DEFAULT_RUNS = 20


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    parser.add_argument(
        "--runs", metavar="N", type=positive, default=_DEFAULT_RUNS, help=f"inferences ({_DEFAULT_RUNS})"
    )
    parser.add_argument("--data", help=f"{DATA_HELP}; random inputs if left out")
    add_scale(parser)
    parser.add_argument("--meter", help="a power meter; not there yet: the energy is an estimate")
    parser.add_argument("--engine", help="xnnpack, tflite, …; not there yet: the generated C runs")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write the latency of each inference as CSV")
    add_board_connection(parser)
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    refuse_what_is_not_there(arguments)
    for option in ("meter", "engine"):
        if getattr(arguments, option):
            raise ThimbleError("not-there-yet", f"--{option} is not there yet", f"leave --{option} out")
    if arguments.csv is not None:
        output_dir(arguments.csv.absolute().parent)
    with work_folder() as work:
        value = deploy_job(arguments, work, arguments.runs, terminal)["bench"]
    if arguments.csv is not None:
        write_atomically(arguments.csv, _csv(value))
    terminal.result(value, lambda console: show_bench(console, value))


def _csv(bench: dict[str, Any]) -> str:
    cycles = bench.get("cycles") or [""] * len(bench["times_s"])
    lines = ["inference,latency_s,timing,cycles,energy_j,energy_source\n"]
    energy = bench["energy"]
    for number, (time_s, count) in enumerate(zip(bench["times_s"], cycles, strict=True), start=1):
        energy_j = energy["power_w"] * time_s if energy else ""
        source = energy["source"] if energy else ""
        lines.append(f"{number},{time_s!r},{bench['timing']},{count},{energy_j},{source}\n")
    return "".join(lines)


def show_bench(console: Console, bench: dict[str, Any]) -> None:
    """Statistics as a table, and whether the outputs are right."""
    from core.report import tables
    from core.report.verdict import verdict

    rows = tables.latency(bench)
    title = f"{bench['runs']} inferences on {bench['board']}"
    console.print(table(title, rows[0], rows[1:], text=(0, 2)))
    console.print(verdict(bench, bench["verified"]))


BENCH = Command("bench", "repeated inference with latency and energy", _configure, _run)
