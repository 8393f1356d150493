"""Which program has a serial port open, where the system tells."""

from __future__ import annotations

import os
from pathlib import Path


def owner_of(port: str) -> str:
    """Name and number of another process that has the port open, empty when that is not known.

    Linux tells it of one's own processes; Windows and macOS do not without special rights.
    """
    import psutil

    wanted = os.path.realpath(port)
    for process in psutil.process_iter(("pid", "name")):
        if process.pid != os.getpid() and _has_open(process.pid, wanted):
            return f"{process.info['name']} (process {process.pid})"
    return ""


def _has_open(pid: int, wanted: str) -> bool:
    """psutil lists regular files alone; a port is a device."""
    try:
        return any(os.path.realpath(entry) == wanted for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
