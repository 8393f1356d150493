"""`thimble compress`: a recipe applied to a model."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import DATA_HELP, add_json, add_model, add_scale
from core.cli.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import Console


def _configure(parser: ArgumentParser) -> None:
    add_model(parser)
    without = "left out: nothing is trained, calibrated or tested"
    parser.add_argument("--data", help=f"{DATA_HELP}; {without}")
    add_scale(parser)
    parser.add_argument("--recipe", metavar="FILE.toml", required=True, type=Path, help="what to do")
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the results")
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.compress.checkpoint import find_checkpoint
    from core.data.preprocessing import with_scaling
    from core.models.loading import check_model_file
    from core.recipe_toml import read_recipe, recipe_to_dict

    recipe = read_recipe(arguments.recipe)  # what a person can mend is told before TensorFlow starts
    check_model_file(arguments.model, arguments.allow_unsafe)
    if arguments.scale:
        recipe = replace(recipe, data=with_scaling(arguments.model, arguments.scale, recipe.data))
    params = {
        "model": arguments.model,
        "data": arguments.data,
        "recipe": recipe_to_dict(recipe),
        "out": str(arguments.out),
        "allow_unsafe": arguments.allow_unsafe,
    }
    try:
        value = run_job("compress", params, terminal)
    except KeyboardInterrupt:
        found = find_checkpoint(arguments.out)
        if found is not None and found.recipe == recipe:
            terminal.say(f"the same command goes on after epoch {found.epoch} of {found.epochs}")
        raise
    terminal.result(value, lambda console: show_compress(console, value, arguments.out))


def show_compress(console: Console, value: dict[str, Any], out: Path) -> None:
    """Before and after as tables, and where the results are."""
    from core.cli.run_tables import show_run

    show_run(console, str(value["recipe"]["name"]), value)
    console.print(f"results in {out}", soft_wrap=True)


COMPRESS = Command("compress", "runs a recipe on a model", _configure, _run)
