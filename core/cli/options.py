"""Arguments that several commands share."""

from __future__ import annotations

import re
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from core.recipe import MAX_SEED, Scaling

if TYPE_CHECKING:
    from codegen.options import BuildOptions

#: Numbers, and ranges that begin with one, below zero.
_NEGATIVE = re.compile(r"-[\d.]+$")

#: Of `codegen.options.BuildOptions`; not imported, since this is read at every start.
BUILD_DEFAULTS: Mapping[str, str] = MappingProxyType(
    {"compiler": "zig", "encoding": "auto", "planner": "auto"}
)

MODEL_HELP = "a .keras, .h5, .onnx or .tflite file, a SavedModel folder, or zoo:NAME"
DATA_HELP = (
    "digits, an .npz file, a folder of pictures with one subfolder per class, time series (a .csv file or a"
    " folder of them), a folder of TensorFlow Datasets, or a known set in the data folder (THIMBLE_DATA):"
    " mnist, fashion-mnist, cifar10, cifar100, svhn, horses-or-humans, cats-vs-dogs, flowers"
)


def add_model(parser: ArgumentParser) -> None:
    """MODEL, and whether code in it may run."""
    parser.add_argument("model", metavar="MODEL", help=MODEL_HELP)
    add_allow_unsafe(parser)


def add_allow_unsafe(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--allow-unsafe",
        action="store_true",
        help="run what is in the model's file (Lambda layers): only for files of people whom you trust",
    )


def add_scale(parser: ArgumentParser) -> None:
    """How the samples are scaled, wherever data are read."""
    parser._negative_number_matcher = _NEGATIVE  # or argparse takes -1..1 for an option
    parser.add_argument(
        "--scale",
        metavar="RANGE",
        choices=[scaling.value for scaling in Scaling],
        help="the range in which the model gets its inputs: 0..1, -1..1, 0..255, standardize (mean 0 and"
        " standard deviation 1 in each channel of the training data), as-is, or auto (default): what the"
        " model was made with where that is known, else what is usual for the data",
    )


def data_options(arguments: Namespace) -> dict[str, Any] | None:
    """What a task's param `options` is for --scale: the keys of ``[data]``; None without it."""
    from core.data.preprocessing import with_scaling
    from core.recipe_toml import section_to_dict

    options = with_scaling(arguments.model, arguments.scale)
    return None if options is None else section_to_dict(options)


def add_json(parser: ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print one JSON value instead of a table")


def add_board(parser: ArgumentParser, default: str | None = None) -> None:
    words = "host, virtual-pico, virtual-nano, … (see `thimble devices`)"
    if default is None:
        parser.add_argument("--board", required=True, help=words)
    else:
        parser.add_argument("--board", default=default, help=f"{words}; {default} if left out")


def add_port(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--port",
        help="port, boot drive, serial number or name of a board on USB, where several are plugged in",
    )


def add_build_options(parser: ArgumentParser) -> None:
    """The same wherever code is built."""
    group = parser.add_argument_group("build options")
    group.add_argument("--compiler", help="zig (default) or gcc")
    group.add_argument(
        "--encoding",
        help="storage of sparse and clustered weights: auto (default, what is smallest for each layer), "
        "fastest, dense, crs, bitmask, delta, codebook",
    )
    group.add_argument("--planner", help="how the arena is planned: auto (default), greedy, first-fit, exact")


def build_choices(arguments: Namespace) -> dict[str, str]:
    """The build options by name, those that were left out with their defaults."""
    return {name: getattr(arguments, name) or default for name, default in BUILD_DEFAULTS.items()}


def build_options(arguments: Namespace) -> BuildOptions:
    """Raises CodegenError for a compiler, encoding or planner that is not there."""
    from codegen.options import BuildOptions

    given = build_choices(arguments)
    return BuildOptions(given["compiler"], given["encoding"], given["planner"])


def choices(kind: type[Enum]) -> list[str]:
    """What an option that takes one member of an enum allows."""
    return [member.value for member in kind]


def numbers(text: str) -> list[float]:
    """Numbers with commas between, for argparse."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is not a list of numbers such as 0.5,0.9") from None


def names(text: str) -> list[str]:
    """Words with commas between, for argparse."""
    return [part.strip() for part in text.split(",") if part.strip()]


def positive(text: str) -> int:
    """A whole number from 1 on, for argparse."""
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def seed(text: str) -> int:
    """A seed of random numbers, for argparse."""
    if not text.isdecimal() or int(text) > MAX_SEED:
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 to {MAX_SEED}")
    return int(text)
