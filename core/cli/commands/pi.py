"""`thimble pi`: look at a Raspberry Pi, set it up, take everything away again."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.cli.command import Command
from core.cli.jobs import run_job
from core.cli.options import add_json
from core.cli.pi_options import add_armnn, add_pi_connection, armnn_params, connection_params, pi_address
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console

Json = dict[str, Any]
_DEFAULT_ENGINE = "xnnpack"


def _configure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=tuple(_ACTIONS),
        help="check: what the Pi is, and whether it will do; setup: install an engine there; remove: take"
        " away everything that Thimble has there; password: keep its password in this computer's keyring;"
        " forget: remove its key, its password and its name here",
    )
    parser.add_argument(
        "--engine", default=_DEFAULT_ENGINE, help="xnnpack (default), tflite, armnn, onnxruntime or keras"
    )
    add_pi_connection(parser)
    add_armnn(parser)
    add_json(parser)


def _run(arguments: Namespace, terminal: Terminal) -> None:
    value, show = _ACTIONS[arguments.action](arguments, terminal)
    terminal.result(value, show)


Shown = tuple[Json, Callable[["Console"], None]]


def _check(arguments: Namespace, terminal: Terminal) -> Shown:
    value = run_job("pi-check", _params(arguments), terminal)

    def show(console: Console) -> None:
        facts = value["facts"]
        cores = f"{facts['cores']} cores, governor {facts['governor'] or 'unknown'}"
        rows = [["system", facts["system"], ""], ["CPU", cores, ""]]
        for checked in value["checks"]:
            problem = checked["problem"]
            words = "good" if problem is None else f"{problem['what']}. {problem['hint']}"
            rows.append([checked["name"], checked["found"], words])
        console.print(table(f"{value['title']} ({value['where']})", ("", "found", ""), rows, text=range(3)))

    return value, show


def _setup(arguments: Namespace, terminal: Terminal) -> Shown:
    value = run_job("pi-setup", _params(arguments), terminal)
    words = "is ready; nothing was missing" if value["already"] else "is ready"
    words += f"; the Arm NN delegate is {value['delegate']}" if value["delegate"] else ""
    return value, lambda console: console.print(f"{value['title']} ({value['where']}) {words}")


def _remove(arguments: Namespace, terminal: Terminal) -> Shown:
    value = run_job("pi-remove", _params(arguments), terminal)
    words = f"Removed {value['removed_bytes'] / 1e6:,.0f} MB from {value['where']}"
    return value, lambda console: console.print(words)


def _password(arguments: Namespace, terminal: Terminal) -> Shown:
    from getpass import getpass

    from core.pi.passwords import keep_password

    address = pi_address(arguments)
    keep_password(address, getpass(f"Password of {address.where}: "))
    value = {"where": address.where, "kept": True}
    return value, lambda console: console.print(f"The keyring has the password of {address.where}")


def _forget(arguments: Namespace, terminal: Terminal) -> Shown:
    from core.pi.host_keys import forget_host
    from core.pi.known import forget
    from core.pi.passwords import forget_password

    address = pi_address(arguments)
    value = {
        "where": address.where,
        "key": forget_host(address),
        "password": forget_password(address),
        "name": forget(address),
    }
    return value, lambda console: console.print(f"{address.where} is forgotten")


def _params(arguments: Namespace) -> Json:
    from core.pi.engines import find_engine

    engine = {"engine": find_engine(arguments.engine).id}
    return connection_params(arguments) | armnn_params(arguments) | engine


_ACTIONS = {"check": _check, "setup": _setup, "remove": _remove, "password": _password, "forget": _forget}

PI = Command("pi", "looks at a Raspberry Pi, sets it up, takes everything away again", _configure, _run)
