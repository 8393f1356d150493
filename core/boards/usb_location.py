"""At which port of the computer, through which hubs, something on USB hangs: it stays when a board restarts.

Where something is, is written as Linux and pyserial do: ``1-2.3`` is port 3 of the hub at port 2 of bus 1.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_SYSFS = Path("/sys")
_DEVICE = re.compile(r"\d+-\d+(\.\d+)*")


def location_of_port(told: str | None) -> str:
    """Of what pyserial tells of a serial port, which may name the interface as well (``1-2.3:1.0``)."""
    return (told or "").partition(":")[0]


def location_of_drive(drive: Path, sysfs: Path = _SYSFS) -> str:
    """Of a file system that is mounted; empty where the system does not tell. Linux alone does, in sysfs:
    there the path of a block device leads through all that it hangs at."""
    if not sys.platform.startswith("linux"):
        return ""
    try:
        number = drive.stat().st_dev
        block = (sysfs / "dev" / "block" / f"{os.major(number)}:{os.minor(number)}").resolve(strict=True)
    except OSError:
        return ""
    return next((part for part in reversed(block.parts) if _DEVICE.fullmatch(part)), "")
