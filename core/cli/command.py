"""What a command is: a name, its arguments, and what it does."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass

from core.cli.terminal import Terminal


@dataclass(frozen=True, slots=True)
class Command:
    """One subcommand of `thimble`.

    `run` raises `core.errors.EXPECTED_ERRORS` for expected failures (exit status 1).
    """

    name: str
    about: str
    configure: Callable[[ArgumentParser], None]
    run: Callable[[Namespace, Terminal], None]
