"""`--meter` and `--samples`: which power meter measures the energy."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any


def add_meter(parser: ArgumentParser) -> None:
    """The options of a meter."""
    parser.add_argument(
        "--meter",
        metavar="ID[:OPTIONS]",
        help="measure the energy: ppk2, joulescope, scpi:ADDRESS, ina2xx, pmic (sensors of a Pi),"
        " replay:FILE, or estimate, the default; options follow as ,key=value (docs/energy.md)",
    )
    parser.add_argument(
        "--samples",
        metavar="FILE",
        type=Path,
        help="write the samples of the meter as CSV, for replay:FILE",
    )


def measures(arguments: Namespace) -> bool:
    """Whether a meter was asked for. Raises ThimbleError for one that there is not, and for samples
    without."""
    from core.errors import ThimbleError
    from core.meters.choice import parse_meter

    metered = bool(arguments.meter) and parse_meter(arguments.meter).measures
    if arguments.samples and not metered:
        raise ThimbleError(
            "bad-meter", "--samples needs a meter that measures", "add --meter, or leave it out"
        )
    return metered


def meter_params(arguments: Namespace) -> dict[str, Any]:
    """What the task needs. Raises ThimbleError ``cannot-write``."""
    from core.paths import output_dir

    if not measures(arguments):
        return {}
    if arguments.samples is not None:
        output_dir(arguments.samples.absolute().parent)
    return {"meter": arguments.meter, "samples": arguments.samples and str(arguments.samples.absolute())}
