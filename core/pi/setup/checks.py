"""Whether a Pi will do, before anything is installed on it. Each check is a function of what is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError
from core.pi.engines import PiEngine
from core.pi.setup.survey import PiFacts
from core.pi.upload import MAKE_ROOM

OLDEST_PYTHON = (3, 9)
#: The wheels of LiteRT and ONNX Runtime are manylinux_2_27 and _2_28.
_OLDEST_GLIBC = (2, 28)
_MACHINES = ("aarch64", "arm64", "x86_64")
_NEW_SYSTEM = "install the 64-bit Raspberry Pi OS with Raspberry Pi Imager (for Pi 3, 4, 5 and Zero 2 W)"


@dataclass(frozen=True, slots=True)
class Checked:
    """One line of what was looked at. `problem` is None where all is well."""

    name: str
    found: str
    problem: ThimbleError | None

    def to_json(self) -> dict[str, Any]:
        problem = self.problem and {"what": self.problem.what, "hint": self.problem.hint}
        return {"name": self.name, "found": self.found, "problem": problem}


@dataclass(frozen=True, slots=True)
class Circumstances:
    """`needed_bytes`: of the disk, for what is not installed yet."""

    facts: PiFacts
    free_bytes: int
    needed_bytes: int


def _architecture(seen: Circumstances) -> Checked:
    facts = seen.facts
    found = f"{facts.machine}, {facts.bits} bits"
    if facts.machine in _MACHINES and facts.bits == 64:
        return Checked("architecture", found, None)
    kernel = " (its kernel has 64 bits, its programs have not)" if facts.machine in _MACHINES else ""
    return Checked(
        "architecture",
        found,
        ThimbleError(
            "pi-32-bit",
            f"the system on this Pi is a 32-bit one{kernel}: LiteRT and ONNX Runtime exist for 64 bits only",
            _NEW_SYSTEM,
        ),
    )


def _libc(seen: Circumstances) -> Checked:
    name, version = seen.facts.libc
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    found = f"{name} {version}".strip() or "unknown"
    if name == "glibc" and numbers >= _OLDEST_GLIBC:
        return Checked("C library", found, None)
    return Checked(
        "C library",
        found,
        ThimbleError(
            "pi-old-system",
            f"the C library of this Pi is {found}; the engines need glibc 2.28 or later",
            _NEW_SYSTEM,
        ),
    )


def _python(seen: Circumstances) -> Checked:
    facts = seen.facts
    if facts.python[:2] < OLDEST_PYTHON:
        problem = ThimbleError(
            "pi-old-python", f"Python on this Pi is {facts.python_words}; 3.9 or later is needed", _NEW_SYSTEM
        )
    elif not facts.has_venv:
        problem = ThimbleError(
            "pi-no-venv",
            "Python on this Pi cannot make virtual environments",
            "install what is missing there: `sudo apt install python3-venv`",
        )
    else:
        return Checked("Python", facts.python_words, None)
    return Checked("Python", facts.python_words, problem)


def _disk(seen: Circumstances) -> Checked:
    found = f"{seen.free_bytes / 1e6:,.0f} MB free, {seen.needed_bytes / 1e6:,.0f} MB needed"
    if seen.free_bytes >= seen.needed_bytes:
        return Checked("disk", found, None)
    return Checked(
        "disk",
        found,
        ThimbleError(
            "pi-disk-full",
            f"the Pi's disk has {found}",
            MAKE_ROOM,
        ),
    )


CHECKS: tuple[Callable[[Circumstances], Checked], ...] = (_architecture, _libc, _python, _disk)


def check_all(seen: Circumstances) -> tuple[Checked, ...]:
    return tuple(check(seen) for check in CHECKS)


def require_fit(seen: Circumstances) -> None:
    """Raises the ThimbleError of the first check that fails."""
    for checked in check_all(seen):
        if checked.problem is not None:
            raise checked.problem


def disk_needed(engine: PiEngine, installed: bool) -> int:
    """Bytes for the engine, or for models and samples where it is there."""
    return 50_000_000 if installed else engine.disk_bytes
