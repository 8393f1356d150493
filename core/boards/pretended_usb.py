"""What is plugged in as a file says it, in place of this computer's own ports and drives.

For trying the program where there is no board: `python -m tests.fake_usb` writes such a file. Boards from it
are called pretended wherever they are shown, and their times estimates.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from core.errors import ThimbleError

#: The environment variable that names the file: ``{"ports": [{"device", "vid", "pid", "serial_number",
#: "product", "location"}], "drives": {folder: location}}``.
PRETEND = "THIMBLE_USB"


@dataclass(frozen=True, slots=True)
class PretendedPort:
    """A port as pyserial would tell of it."""

    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None
    product: str | None = None
    location: str | None = None


@dataclass(frozen=True, slots=True)
class PretendedUsb:
    """`drives` has the location of each (`core.boards.usb_location`)."""

    ports: tuple[PretendedPort, ...]
    drives: Mapping[Path, str]


def pretended_usb() -> PretendedUsb | None:
    """What the file says now; None where nothing is pretended. Raises ThimbleError ``bad-pretended-usb``."""
    named = os.environ.get(PRETEND, "")
    if not named:
        return None
    try:
        told = json.loads(Path(named).read_text(encoding="utf-8"))
        return PretendedUsb(
            tuple(PretendedPort(**port) for port in told["ports"]),
            {Path(drive): str(location) for drive, location in told["drives"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ThimbleError(
            "bad-pretended-usb",
            f"{PRETEND} names {named}, which does not say what is plugged in: {error}",
            f"remove {PRETEND} from the environment, or start `python -m tests.fake_usb` again",
        ) from error
