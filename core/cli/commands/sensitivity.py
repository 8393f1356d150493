"""`thimble sensitivity`: which layers can be pruned, and which cannot."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import (
    DATA_HELP,
    add_json,
    add_model,
    add_scale,
    choices,
    data_options,
    numbers,
    positive,
    seed,
)
from core.cli.terminal import Terminal, table


def _configure(parser: ArgumentParser) -> None:
    from core.recipe import Criterion, PruneKind

    add_model(parser)
    parser.add_argument("--data", required=True, help=DATA_HELP)
    add_scale(parser)
    parser.add_argument("--out", metavar="DIR", required=True, type=Path, help="folder for the results")
    parser.add_argument(
        "--kind", choices=choices(PruneKind), default="structured", help="default: structured"
    )
    parser.add_argument("--criterion", choices=choices(Criterion), default="l1", help="default: l1")
    parser.add_argument(
        "--fractions", type=numbers, default=None, metavar="F,…", help="of each layer: 0.1,0.3,0.5,0.7,0.9"
    )
    parser.add_argument(
        "--samples", type=positive, default=1000, metavar="N", help="test samples, at most (default: 1000)"
    )
    parser.add_argument("--seed", type=seed, default=0, help="default: 0")
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.models.loading import check_model_file

    check_model_file(
        arguments.model, arguments.allow_unsafe
    )  # what a person can mend is told before TensorFlow starts
    names = ("model", "data", "kind", "criterion", "fractions", "samples", "seed", "allow_unsafe")
    params = {name: getattr(arguments, name) for name in names}
    params |= {"options": data_options(arguments), "out": str(arguments.out)}
    result = run_job("sensitivity", params, terminal)

    from core.report import sensitivity

    rows = sensitivity.table(result)
    title = f"Accuracy when one layer alone is pruned; unpruned {100 * result['baseline']['accuracy']:.1f} %"
    shown = table(title, rows[0], rows[1:])
    terminal.say(f"results in {arguments.out}")
    terminal.result(result, lambda console: console.print(shown))


SENSITIVITY = Command("sensitivity", "accuracy against sparsity of each layer alone", _configure, _run)
