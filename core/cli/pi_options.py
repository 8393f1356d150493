"""Arguments of what is done on a Raspberry Pi."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cli.options import BUILD_DEFAULTS, positive
from core.errors import ThimbleError

if TYPE_CHECKING:
    from core.pi.address import PiAddress

_CONNECTION = ("host", "user", "key", "accept_host_key", "folder", "wheels")
_ARMNN = ("armnn_library", "armnn_archive", "armnn_sha256")
_MEASUREMENT = ("engine", "threads", "warmup", "timed", "no_telemetry", *_ARMNN, "armnn_backend")
#: Of boards that code is built for.
_BUILD = ("port", "all", "count", *BUILD_DEFAULTS)
_DEFAULT_USER = "pi"


def add_pi_connection(parser: ArgumentParser) -> None:
    """Where the Pi is."""
    group = parser.add_argument_group("a Raspberry Pi")
    group.add_argument("--host", metavar="H[:PORT]", help="its address; left out: the one used last")
    group.add_argument("--user", help=f"user there; as last time, or {_DEFAULT_USER}, if left out")
    group.add_argument(
        "--key",
        metavar="FILE",
        type=Path,
        help="private SSH key; your agent's and those in ~/.ssh if left out",
    )
    group.add_argument("--accept-host-key", metavar="SHA256:…", help="accept exactly this key of the Pi")
    group.add_argument("--folder", help="Thimble's folder there (.thimble in the home folder)")
    group.add_argument(
        "--wheels", metavar="DIR", type=Path, help="install from these wheels, without a network"
    )


def add_pi_measurement(parser: ArgumentParser) -> None:
    """How a model is measured there. Beside `add_pi_connection`."""
    group = parser.add_argument_group("measuring on a Raspberry Pi")
    group.add_argument("--engine", help="xnnpack (default), tflite, armnn, onnxruntime or keras")
    group.add_argument("--threads", type=positive, metavar="N", help="threads; the Pi's cores if left out")
    group.add_argument(
        "--warmup", type=positive, metavar="N", help="inferences after the first that are not timed"
    )
    group.add_argument(
        "--timed",
        choices=("disk-to-class", "inference"),
        help="what is timed: from the sample's file on the disk to its class (default), or the engine alone",
    )
    group.add_argument(
        "--no-telemetry", action="store_true", help="do not ask temperature, frequency and load each second"
    )
    add_armnn(parser)
    group.add_argument("--armnn-backend", choices=("CpuAcc", "CpuRef"), help="CpuAcc (default) or CpuRef")


def add_armnn(parser: ArgumentParser) -> None:
    """Where the Arm NN delegate comes from."""
    group = parser.add_argument_group("the Arm NN delegate (what was named last, if left out)")
    group.add_argument("--armnn-library", metavar="PATH", help="libarmnnDelegate.so on the Pi")
    group.add_argument("--armnn-archive", metavar="FILE|URL", help="install Arm NN from this .tar.gz")
    group.add_argument("--armnn-sha256", metavar="HEX", help="its SHA-256; needed for an address")


def is_pi(arguments: Namespace) -> bool:
    from core.pi.board import PI

    return bool(arguments.board == PI)


def refuse_pi_options(arguments: Namespace) -> None:
    """Raises ThimbleError ``needs-pi`` for options of a Pi where the board is another."""
    flag = _first_given(arguments, (*_CONNECTION, *_MEASUREMENT))
    if flag is not None:
        what = f"{flag} is for a Raspberry Pi, not for {arguments.board}"
        raise ThimbleError("needs-pi", what, f"use --board pi, or leave {flag} out")


def refuse_board_options(arguments: Namespace) -> None:
    """Raises ThimbleError ``needs-board`` for options of other boards where the board is a Pi."""
    flag = _first_given(arguments, _BUILD)
    if flag is not None:
        what = f"{flag} is for boards that code is built for, and a Raspberry Pi runs the model's file itself"
        raise ThimbleError("needs-board", what, f"leave {flag} out; a Pi is named with --host")


def _first_given(arguments: Namespace, names: Iterable[str]) -> str | None:
    """As it is written on the command line."""
    given = next((name for name in names if getattr(arguments, name, None)), None)
    return None if given is None else f"--{given.replace('_', '-')}"


def pi_address(arguments: Namespace) -> PiAddress:
    """What the options say, completed by the Pi that was used last. Raises ThimbleError."""
    from core.pi.address import DEFAULT_FOLDER, parse_address
    from core.pi.known import known_pis, last_at

    known = known_pis()
    if arguments.host:
        asked = parse_address(arguments.host, arguments.user or _DEFAULT_USER)
        last = last_at(asked.host, asked.port, arguments.user) or asked
    elif known:
        last = known[0].address
    else:
        what = "it is not said which Raspberry Pi"
        raise ThimbleError("no-host", what, "name it with --host, for example raspberrypi.local")
    # the options are checked, wherever the Pi is
    folder = arguments.folder or DEFAULT_FOLDER
    named = parse_address("any", arguments.user or last.user, arguments.key, folder)
    return replace(
        last,
        user=named.user,
        key_file=named.key_file or last.key_file,
        folder=arguments.folder or last.folder,
    )


def connection_params(arguments: Namespace) -> dict[str, Any]:
    """For the tasks of a Pi. Raises ThimbleError."""
    return {
        "address": pi_address(arguments).to_json(),
        "accept_host_key": arguments.accept_host_key,
        "wheels": str(arguments.wheels) if arguments.wheels else None,
    }


def armnn_params(arguments: Namespace) -> dict[str, Any]:
    """For `ArmnnSource.from_params`."""
    return {name: getattr(arguments, name) for name in _ARMNN}


def measurement_params(arguments: Namespace) -> dict[str, Any]:
    """For the task `pi-bench`, without the engine where none was named."""
    given = {name: getattr(arguments, name, None) for name in _MEASUREMENT if name != "no_telemetry"}
    return {**given, "telemetry": not getattr(arguments, "no_telemetry", False)}
