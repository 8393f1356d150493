"""`main`: arguments in, exit status out. Every failure ends here as words, never as a traceback."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from datetime import datetime
from enum import IntEnum
from pathlib import Path

from core.cli.command import Command
from core.cli.commands import COMMANDS
from core.cli.jobs import JobCrashed
from core.cli.terminal import Terminal
from core.errors import EXPECTED_ERRORS, CancelledByUser
from core.paths import cache_dir


class Status(IntEnum):
    """The exit statuses of the contract."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    INTERRUPTED = 130


#: Options whose value is not among the choices, which are known only where they are used.
_WRONG_USAGE = (
    "unknown-board", "unknown-compiler", "unknown-encoding", "unknown-planner", "unknown-export",
    "unknown-engine", "unknown-meter", "bad-meter", "no-windows", "windows-and-meter",
)  # fmt: skip


def main(argv: list[str]) -> int:
    """Run `thimble` with these arguments (without the program's name) and return its exit status.

    0 done; 1 an expected failure, told on stderr; 2 wrong usage; 130 interrupted.
    """
    _never_fail_to_print()
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has told what is wrong, or shown the help
        return Status.WRONG_USAGE if stop.code else Status.DONE
    return _run(arguments.command, arguments)


def _run(command: Command, arguments: argparse.Namespace) -> int:
    terminal = Terminal(as_json=getattr(arguments, "json", False))
    try:
        with _ended_by_term(), terminal.guarded():
            command.run(arguments, terminal)
    except EXPECTED_ERRORS as error:
        status = Status.WRONG_USAGE if error.code in _WRONG_USAGE else Status.FAILED
        return _failed(error.what, error.hint, status)
    except (KeyboardInterrupt, CancelledByUser):
        terminal.say("interrupted")
        return Status.INTERRUPTED
    except BrokenPipeError:  # whoever read our stdout went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Status.FAILED
    except JobCrashed as crash:
        return _unexpected(str(crash), crash.details)
    except MemoryError:
        return _failed("there is not enough memory", "close other programs, or use a smaller model")
    except Exception as error:  # noqa: BLE001 - the edge of the program: told in words, kept in a log
        return _unexpected(f"{type(error).__name__}: {error}", traceback.format_exc())
    return Status.DONE


@contextlib.contextmanager
def _ended_by_term() -> Iterator[None]:
    """A request to end (SIGTERM) is like Ctrl-C: jobs are cancelled and temporary folders removed."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _failed(what: str, hint: str = "", status: Status = Status.FAILED) -> int:
    print(f"error: {what}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)
    return status


def _unexpected(what: str, details: str) -> int:
    first_line = (what.splitlines() or ["something went wrong"])[0]
    hint = "this is a fault in Thimble: please report it"
    log = _write_log(details)
    if log is not None:
        hint += f" with the log {log}"
    return _failed(first_line, hint)


def _write_log(details: str) -> Path | None:
    try:
        folder = cache_dir() / "logs"
        folder.mkdir(exist_ok=True)
        log = folder / f"{datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}.log"
        log.write_text(details, encoding="utf-8")
    except OSError:  # not even the cache folder can be written: the words must do
        return None
    return log


def _never_fail_to_print() -> None:
    """A terminal that lacks a character shows a replacement instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="thimble",
        description="Fits neural networks into thimble-sized computers. Without arguments: the window.",
    )
    parser.add_argument("--version", action="version", version=f"thimble {_version()}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in COMMANDS:
        sub = commands.add_parser(command.name, help=command.about, description=command.about)
        command.configure(sub)
        sub.set_defaults(command=command)
    return parser


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("thimble")
    except PackageNotFoundError:
        return "(not installed)"
