"""`thimble run`: the samples of a file through the board."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.commands.build import built, compiled
from core.cli.options import add_board, add_build_options, add_json, add_model, add_port
from core.cli.pi_jobs import pi_job
from core.cli.pi_options import (
    add_pi_connection,
    add_pi_measurement,
    is_pi,
    refuse_board_options,
    refuse_pi_options,
)
from core.cli.terminal import Terminal
from core.work_folder import work_folder

if TYPE_CHECKING:
    from rich.console import Console


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    parser.add_argument(
        "--input",
        metavar="X.npy",
        required=True,
        type=Path,
        help="samples along the first axis; several inputs by name in an .npz",
    )
    parser.add_argument(
        "--output", metavar="Y.npy", required=True, type=Path, help="file for the outputs; .npz for several"
    )
    add_port(parser)
    add_pi_connection(parser)
    add_pi_measurement(parser)
    add_build_options(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.boards.arrays import read_samples, ready_output, write_outputs
    from core.boards.flashing.base import Surroundings
    from core.boards.placing import check_plugged_in, place
    from core.boards.session import run_samples
    from core.report.units import counted

    if is_pi(arguments):
        refuse_board_options(arguments)
        _run_on_pi(arguments, terminal)
        return
    refuse_pi_options(arguments)
    compilation = compiled(arguments, terminal)
    check_plugged_in(compilation.board, arguments.port)
    graph = compilation.graph
    samples = read_samples(arguments.input, graph)
    ready_output(arguments.output, graph)
    with work_folder() as work:
        image = built(compilation, work, terminal)
        terminal.say(f"running {counted(len(samples), 'sample')} on {compilation.board.title}")
        around = Surroundings(lambda part, text: terminal.say(f"{text} …"), log=terminal.say)
        placed = place(image, compilation, arguments.port, around)
        result = run_samples(image, compilation.board, samples, placed=placed)
    write_outputs(arguments.output, result.outputs, graph)
    value = result.to_json()
    terminal.result(value, lambda console: _show(console, value, arguments.output))


def _run_on_pi(arguments: Namespace, terminal: Terminal) -> None:
    import numpy as np

    from codegen.frontends import load_graph
    from core.bench import LEAST_RUNS
    from core.boards.arrays import read_samples, ready_output, write_outputs
    from core.cli.models import compiled_file

    graph = load_graph(compiled_file(arguments.model, terminal, arguments.allow_unsafe))
    samples = len(read_samples(arguments.input, graph))
    ready_output(arguments.output, graph)
    with work_folder() as work:
        outputs = work / "outputs.npy"
        more = {"input": str(arguments.input), "outputs": str(outputs)}
        pi_job(arguments, max(samples, LEAST_RUNS), terminal, more)
        given = np.load(outputs)
        write_outputs(arguments.output, given.reshape(len(given), -1).view(np.int8), graph)
    value = {"samples": samples, "cycles": None, "instructions": None, "stack_bytes": None}
    terminal.result(value, lambda console: _show(console, value, arguments.output))


def _show(console: Console, value: dict[str, Any], output: Path) -> None:
    from core.report.units import counted

    console.print(f"{counted(value['samples'], 'sample')}; outputs in {output}", soft_wrap=True)
    if value["cycles"]:
        mean = sum(value["cycles"]) / len(value["cycles"])
        console.print(f"{mean:,.0f} cycles a sample (counted by the emulator: an estimate)")
    if value["stack_bytes"] is not None:
        console.print(f"{value['stack_bytes']:,} bytes of stack")


RUN = Command("run", "runs every sample of a file on the board", _configure, _run)
