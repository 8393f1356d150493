"""`thimble sweep`: a recipe, or a paper's study, over a grid."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.models import model_file
from core.cli.options import (
    DATA_HELP,
    MODEL_HELP,
    add_allow_unsafe,
    add_json,
    add_scale,
    names,
    numbers,
    positive,
)
from core.cli.terminal import Terminal, table
from core.errors import ThimbleError

if TYPE_CHECKING:
    from rich.console import Console

    from core.sweep.spec import SweepSpec

_AXES = ("sparsity", "criterion", "schedule", "quantize", "seeds")


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument("model", metavar="MODEL", nargs="?", help=f"{MODEL_HELP}; a study has its own")
    add_allow_unsafe(parser)
    parser.add_argument("--data", help=f"{DATA_HELP}; a study has its own")
    add_scale(parser)
    parser.add_argument("--recipe", metavar="FILE.toml", type=Path, help="the recipe to vary")
    parser.add_argument("--study", metavar="NAME", help="a paper's study instead of a recipe; see `recipes`")
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the results")
    grid = parser.add_argument_group("the grid: what is left out stays as the recipe says")
    grid.add_argument(
        "--sparsity", type=numbers, metavar="S,…", help="such as 0,0.5,0.9; 0 is the model as it is"
    )
    grid.add_argument("--criterion", type=names, metavar="A,…", help="magnitude, l1, l2, gradient, …")
    grid.add_argument("--schedule", type=names, metavar="A,…", help="one-shot, iterative, agp")
    grid.add_argument(
        "--quantize",
        type=names,
        metavar="A,…",
        help="none, float16, dynamic, int8, uint8, int8-qat, uint8-qat",
    )
    grid.add_argument("--seeds", type=positive, metavar="N", help="so many seeds, from the recipe's own on")
    parser.add_argument(
        "--board", type=names, metavar="B,…", help="boards to plan for: the virtual ones if left out"
    )
    parser.add_argument(
        "--plots",
        type=names,
        default=["png"],
        metavar="F,…",
        help="files of the plots: png (default), svg, pdf",
    )
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.models.loading import check_model_file

    if arguments.allow_unsafe and arguments.model:
        arguments.model = str(model_file(arguments.model, terminal, allow_unsafe=True))
    spec = _study_spec(arguments) if arguments.study else _recipe_spec(arguments)
    _check(spec, arguments.plots)
    check_model_file(
        spec.model, arguments.allow_unsafe
    )  # what a person can mend is told before TensorFlow starts
    params = {
        "spec": _scaled(spec, arguments.scale).to_json(),
        "out": str(arguments.out),
        "formats": arguments.plots,
    }
    result = run_job("sweep", params, terminal)
    terminal.result(result, lambda console: show_sweep(console, result, arguments.out))


def _scaled(spec: SweepSpec, scale: str | None) -> SweepSpec:
    """The same with this scaling of the inputs in every recipe."""
    from core.data.preprocessing import with_scaling

    if not scale:
        return spec
    scaled = []
    for series in spec.series:
        data = with_scaling(spec.model, scale, series.recipe.data)
        scaled.append(replace(series, recipe=replace(series.recipe, data=data)))
    return replace(spec, series=tuple(scaled))


def _recipe_spec(arguments: Namespace) -> SweepSpec:
    from core.recipe_toml import read_recipe
    from core.sweep.grid import Series
    from core.sweep.spec import DEFAULT_BOARDS, SweepSpec, grid_from_dict

    for option in ("model", "data", "recipe"):
        if getattr(arguments, option) is None:
            raise ThimbleError(
                "wrong-usage",
                f"{'MODEL' if option == 'model' else '--' + option} is missing",
                "give MODEL, --data and --recipe; or --study for the study of a paper",
            )
    recipe = read_recipe(arguments.recipe)
    given = {axis: value for axis in _AXES if (value := getattr(arguments, axis)) is not None}
    kind = recipe.prune.kind.value if recipe.prune else "recipe"
    series = Series(kind, kind, recipe, grid_from_dict(given))
    boards = tuple(arguments.board or DEFAULT_BOARDS)
    return SweepSpec(recipe.name, arguments.model, arguments.data, (series,), boards)


def _study_spec(arguments: Namespace) -> SweepSpec:
    from core.sweep.studies import find_study

    for option in (*_AXES, "recipe"):
        if getattr(arguments, option) is not None:
            raise ThimbleError(
                "wrong-usage",
                f"--{option} does not go with --study, which has a grid of its own",
                "leave out one of the two",
            )
    spec = find_study(arguments.study).spec(arguments.data, arguments.model)
    return replace(spec, boards=tuple(arguments.board)) if arguments.board else spec


def _check(spec: SweepSpec, formats: list[str]) -> None:
    from core.boards.catalogue import board_named
    from core.sweep.grid import variants_of

    for board in spec.boards:
        board_named(board)
    for series in spec.series:
        variants_of(series)
    for form in formats:
        if form not in ("png", "svg", "pdf"):
            raise ThimbleError("bad-format", f"plots cannot be written as {form}", "use png, svg or pdf")


def show_sweep(console: Console, result: dict[str, Any], out: Path) -> None:
    """The sweep's tables, what failed, and where the files are."""
    from core.report.units import counted

    for shown in result["results"].values():
        rows = shown["rows"]
        console.print(table(shown["title"], rows[0], rows[1:], text=shown["text"]))
    if result["note"]:
        console.print(result["note"])
    for warning in result["warnings"]:
        console.print(f"warning: {warning['text']}", soft_wrap=True)
    for point in result["points"]:
        if point["reason"]:
            console.print(f"failed: {point['where']['folder']}: {point['reason']['what']}", soft_wrap=True)
    runs = result["runs"]
    done = counted(runs["done"], "run")
    console.print(f"{done} done, {runs['failed']} failed; results in {out}", soft_wrap=True)


SWEEP = Command("sweep", "a recipe, or a paper's study, at each point of a grid", _configure, _run)
