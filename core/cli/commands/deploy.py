"""`thimble deploy`: build, put on the board, verify."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from core.cli.command import Command
from core.cli.commands.build import compiled, show_build
from core.cli.inputs import sample_params
from core.cli.jobs import run_job
from core.cli.measuring import add_profile, measuring_params
from core.cli.models import compiled_file
from core.cli.options import (
    DATA_HELP,
    add_board,
    add_build_options,
    add_json,
    add_model,
    add_port,
    add_scale,
    build_choices,
)
from core.cli.pi_jobs import pi_job
from core.cli.pi_options import (
    add_pi_connection,
    add_pi_measurement,
    is_pi,
    refuse_board_options,
    refuse_pi_options,
)
from core.cli.several_boards import (
    add_several_boards,
    put_words,
    require_every_board,
    several_boards,
    show_boards,
)
from core.cli.terminal import Terminal
from core.errors import ThimbleError
from core.paths import cache_dir, new_output_dir
from core.work_folder import work_folder

#: Inferences that verify a deployment.
_VERIFY_RUNS = 10
NO_METER: Mapping[str, Any] = MappingProxyType({})


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    add_board(parser)
    parser.add_argument("--data", help=f"{DATA_HELP}; random inputs if left out")
    add_scale(parser)
    parser.add_argument("--out", metavar="DIR", type=Path, help="folder for the image and deploy.json")
    add_profile(parser)
    add_several_boards(parser)
    add_pi_options(parser)
    add_build_options(parser)
    add_json(parser)


def add_board_connection(parser: ArgumentParser) -> None:
    """Where a real board or a Pi is."""
    add_port(parser)
    add_pi_options(parser)


def add_pi_options(parser: ArgumentParser) -> None:
    add_pi_connection(parser)
    add_pi_measurement(parser)


def refuse_what_is_not_there(arguments: Namespace) -> None:
    """Raises ThimbleError for a board that is not plugged in, and for options of a Pi where it is none."""
    from core.boards.catalogue import board_named
    from core.boards.placing import check_plugged_in

    check_plugged_in(board_named(arguments.board), arguments.port)
    refuse_pi_options(arguments)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.report import save_deploy

    out = arguments.out or cache_dir() / "deployed" / arguments.board
    if is_pi(arguments):
        refuse_board_options(arguments)
        with new_output_dir(out):
            value, several = pi_job(arguments, _VERIFY_RUNS, terminal), None
    else:
        several = several_boards(arguments)
        if several is None:
            refuse_what_is_not_there(arguments)
        refuse_pi_options(arguments)
        value = deploy_job(arguments, out, _VERIFY_RUNS, terminal, several)
    save_deploy(out, value)
    terminal.result(value, lambda console: _show(console, value))
    if several is None:
        require_verified(value["bench"])
    else:
        require_every_board(value["boards"])


def _show(console: Any, value: dict[str, Any]) -> None:
    from core.cli.commands.bench import show_bench

    if "build" in value:
        show_build(console, value["build"])
    if "boards" in value:
        show_boards(console, value["boards"])
    else:
        if words := put_words(value):
            console.print(f"The program on the board: {words}")
        show_bench(console, value["bench"])
        _show_accuracy(console, value)


def _show_accuracy(console: Any, value: dict[str, Any]) -> None:
    """Of samples with labels: how many the board gets right."""
    if value["accuracy_on_board"] is not None:
        share, count = 100 * value["accuracy_on_board"], value["labelled_samples"]
        console.print(f"Accuracy on the board: {share:.2f} % of {count:,} test samples")


def deploy_job(
    arguments: Namespace,
    out: Path,
    runs: int,
    terminal: Terminal,
    several: dict[str, Any] | None = None,
    meter: Mapping[str, Any] = NO_METER,
) -> dict[str, Any]:
    """Build, run `runs` samples of the data (or random ones) on the board, verify. `several`: which boards,
    as params of the task `deploy-several`. `meter`: the params of a power meter."""
    from codegen.single_ends import require_single_ends

    graph = compiled(arguments, terminal).graph  # what a person can mend is told before a worker starts
    require_single_ends(graph, "verification", "run it with `thimble run`, inputs by name in an .npz file")
    params = {
        "model": str(compiled_file(arguments.model, terminal, arguments.allow_unsafe)),
        "board": arguments.board,
        "out": str(out),
        "runs": runs,
        **build_choices(arguments),
        **meter,
        **measuring_params(arguments),
    }
    params |= {"port": arguments.port} if several is None else several
    with new_output_dir(out), work_folder() as work:
        params |= sample_params(arguments, work, graph, runs)
        return run_job("deploy" if several is None else "deploy-several", params, terminal)


def require_verified(bench: dict[str, Any]) -> None:
    """Raises ThimbleError ``not-verified`` with the rule that the outputs do not keep."""
    from core.pi.board import PI
    from core.report.verdict import compared, statement

    if not bench["verified"]:
        hint = "this is a fault in the generated program: please report it with the model"
        if not compared(bench):
            hint = "deploy a trained model, with --data that it was trained for"
        elif bench["board"] == PI:  # where nothing of ours computes
            hint = (
                f"{bench['engine']} on the Pi computes something else: try another --engine,"
                " and do not use this one for this model"
            )
        raise ThimbleError("not-verified", f"on the board, {statement(bench, verified=False)}", hint)


DEPLOY = Command("deploy", "builds, puts the model on a board, verifies", _configure, _run)
