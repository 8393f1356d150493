"""`thimble report`: the report of what was done."""

from __future__ import annotations

import contextlib
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table
from core.paths import new_output_dir

if TYPE_CHECKING:
    from rich.console import Console

    from core.report import Report


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "run", metavar="RUN", type=Path, help="folder that compress, sweep, deploy or demo wrote"
    )
    parser.add_argument("--pdf", metavar="FILE", type=Path, help="write the report as PDF")
    parser.add_argument("--csv", metavar="FILE", type=Path, help="write every number as CSV")
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.report import collect, to_json, write_files
    from core.sweep.folder import SWEEP

    if (arguments.run / SWEEP).is_file():
        _report_of_sweep(arguments, terminal)
        return
    report = collect(arguments.run)
    with _places_for_files(arguments, terminal):
        write_files(report, arguments.pdf, arguments.csv)
    terminal.result(to_json(report), lambda console: show_report(console, report))


def _report_of_sweep(arguments: Namespace, terminal: Terminal) -> None:
    from core.cli.commands.sweep import show_sweep
    from core.sweep.output import read_record, write_report

    record = read_record(arguments.run)
    with _places_for_files(arguments, terminal):
        write_report(arguments.run, arguments.pdf, arguments.csv)
    terminal.result(record, lambda console: show_sweep(console, record, arguments.run))


@contextlib.contextmanager
def _places_for_files(arguments: Namespace, terminal: Terminal) -> Iterator[None]:
    """The folders of the files that are asked for, for a block that writes them."""
    files = [path for path in (arguments.csv, arguments.pdf) if path is not None]
    with contextlib.ExitStack() as folders:
        for path in files:
            folders.enter_context(new_output_dir(path.absolute().parent))
        yield
    for path in files:
        terminal.say(f"written: {path}")


def show_report(console: Console, report: Report) -> None:
    """The report's tables on the terminal."""
    from core.cli.run_tables import show_run
    from core.report import tables
    from core.report.units import counted

    if report.run is not None:
        show_run(console, "Compressed", report.run)
    if report.plan is not None:
        rows = tables.memory(report)
        console.print(table(f"Memory on {report.board}", rows[0], rows[1:]))
    if report.bench is not None:
        rows = tables.latency(report.bench)
        title = f"Latency and energy on {report.board}, {counted(report.bench['runs'], 'inference')}"
        console.print(table(title, rows[0], rows[1:], text=(0, 2)))
    if report.benches:
        show_benches(console, report)
    if report.verified is not None:
        console.print(tables.verdict(report))


def show_benches(console: Console, report: Report) -> None:
    """Measurements side by side."""
    from core.report import benches

    rows = benches.inference_times(report.benches)
    console.print(table("Models and engines side by side", rows[0], rows[1:], text=(0, 1, 2, 8)))
    energies = benches.energies(report.benches)
    if energies:
        console.print(table("Their energy", energies[0], energies[1:], text=(0, 1, 2, 7)))
    for note in benches.notes(report.benches):
        console.print(note)


REPORT = Command("report", "the report of what was done", _configure, _run)
