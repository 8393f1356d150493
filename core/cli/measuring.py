"""Options on how a model is measured, beside how often."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from typing import Any

from core.cli.options import positive

#: MLPerf Tiny's (core.bench.windows); not imported, since this is read at every start.
_DEFAULT_WINDOWS = 5


def add_profile(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--profile",
        action="store_true",
        help="also the cycles of each layer, from a build of its own that counts them",
    )


def add_windows(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--windows",
        metavar="N",
        type=positive,
        nargs="?",
        const=_DEFAULT_WINDOWS,
        help=f"then N windows of time full of inferences, as MLPerf Tiny counts them ({_DEFAULT_WINDOWS})",
    )
    parser.add_argument(
        "--window-s",
        metavar="S",
        type=_seconds,
        help="the least seconds of a window (10; on virtual boards 0.1, whose times do not scatter)",
    )


def measuring_params(arguments: Namespace) -> dict[str, Any]:
    """What the job gets of these options, where the command has them."""
    wanted = {name: getattr(arguments, name, None) for name in ("windows", "window_s", "profile")}
    return {name: value for name, value in wanted.items() if value}


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise ArgumentTypeError(f"{text!r} is not a number of seconds up to 3600")
    return seconds
