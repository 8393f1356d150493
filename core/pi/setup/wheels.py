"""Wheels for a Pi without a network: from a folder of this computer, which also fetches them where it can."""

from __future__ import annotations

import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

from core.errors import ThimbleError
from core.paths import cache_dir
from core.pi.setup.survey import PiFacts

#: The oldest C libraries whose wheels run on the systems that `checks` lets pass.
_PLATFORMS = ("manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
_DOWNLOAD_S = 1800.0


def wheels_in(folder: Path) -> tuple[Path, ...]:
    """The wheels in a folder. Raises ThimbleError ``no-wheels``."""
    found = tuple(sorted(folder.glob("*.whl"))) if folder.is_dir() else ()
    if not found:
        raise ThimbleError(
            "no-wheels",
            f"there are no wheels in {folder}",
            "fill it on a computer with a network; docs/raspberry-pi.md has the command",
        )
    return found


def download_arguments(requirements: tuple[str, ...], facts: PiFacts, folder: Path) -> tuple[str, ...]:
    """What pip is called with, to fetch for the Pi what this computer itself could not use."""
    machine = "x86_64" if facts.machine == "x86_64" else "aarch64"
    platforms = [word for name in _PLATFORMS for word in ("--platform", f"{name}_{machine}")]
    version = ".".join(map(str, facts.python[:2]))
    return (
        "download", "--quiet", "--disable-pip-version-check", "--no-input", "--only-binary=:all:",
        "--implementation", "cp", "--python-version", version, *platforms, "--dest", str(folder),
        *requirements,
    )  # fmt: skip


def download_wheels(requirements: tuple[str, ...], facts: PiFacts) -> tuple[Path, ...]:
    """Fetch them with this computer's pip into the cache, where they stay for the next Pi.

    Raises ThimbleError ``no-wheels`` where there is no pip or no network.
    """
    hint = "give a folder of wheels with --wheels; docs/raspberry-pi.md has the command that fills one"
    if importlib.util.find_spec("pip") is None or getattr(sys, "frozen", False):
        raise ThimbleError(
            "no-wheels", "neither the Pi nor this program can fetch the engine's packages", hint
        )
    version = ".".join(map(str, facts.python[:2]))
    wanted = hashlib.sha256("\n".join(requirements).encode()).hexdigest()[:12]
    folder = cache_dir() / "pi-wheels" / f"{facts.machine}-{version}-{wanted}"
    command = [sys.executable, "-m", "pip", *download_arguments(requirements, facts, folder)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_DOWNLOAD_S, check=False)
    except subprocess.TimeoutExpired as error:
        what = "the network of this computer is too slow for the wheels"
        raise ThimbleError("no-wheels", what, hint) from error
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["pip failed"])[-1]
        raise ThimbleError("no-wheels", f"the engine's packages cannot be fetched: {last}", hint)
    return wheels_in(folder)
