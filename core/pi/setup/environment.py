"""Thimble's own Python environment on the Pi: made, completed, removed; what is there is left alone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.pi.connection import Answer
from core.pi.engines import PiEngine
from core.pi.setup.checks import Circumstances, disk_needed, require_fit
from core.pi.setup.survey import PiFacts, survey
from core.pi.setup.wheels import download_wheels, wheels_in
from core.pi.upload import RemoteFolder, Upload

#: Written last: what it says is there, is there.
_STAMP = "environment.json"
_STAMP_VERSION = 1
_VENV = "venv"
_WHEELS = "wheels"
#: pip may be silent for long where a Pi unpacks onto a slow card.
_PIP_SILENCE_S = 600.0
_PIP = "-m pip --disable-pip-version-check --no-input"
#: What pip says where there is no network; anything else is a failure of its own.
_NO_NETWORK = re.compile(
    r"NameResolutionError|Failed to establish a new connection|Network is unreachable|ConnectTimeout"
    r"|Temporary failure in name resolution|Connection refused|Max retries exceeded|No matching distribution"
)

#: Called with what is being done, and a part of the whole in 0…1; may raise CancelledByUser.
Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True)
class Ready:
    """A Pi that can run an engine. `already`: nothing had to be installed."""

    facts: PiFacts
    python: str
    already: bool


def set_up(folder: RemoteFolder, engine: PiEngine, tell: Tell, wheels: Path | None = None) -> Ready:
    """Bring the Pi as far as it takes to run `engine`; repeated, it goes on from where it was.

    Packages come over the Pi's own network, or as wheels from here: those in the folder `wheels` where it is
    given, else such as this computer fetches when the Pi cannot. Raises ThimbleError.
    """
    tell(0.0, "Looking at the Pi")
    seen, there = look_at(folder, engine)
    require_fit(seen)
    facts = seen.facts
    requirements = engine.packages(facts.python[:2])
    missing = tuple(package for package in requirements if package not in there)
    python = folder.at(_VENV, "bin", "python")
    if not missing and folder.size_bytes(f"{_VENV}/bin/python") is not None:
        return Ready(facts, python, already=True)
    if engine.opt_in:
        tell(0.0, f"{engine.title} is a large installation, {engine.disk_bytes / 1e9:.1f} GB: many minutes")
    pushed = None if wheels is None else wheels_in(wheels)
    if _make_environment(folder, tell):
        there, missing = (), requirements
    _install(folder, requirements, facts, pushed, tell)
    kept = {"version": _STAMP_VERSION, "python": facts.python_words, "requirements": [*there, *missing]}
    folder.write(_STAMP, json.dumps(kept, indent=1).encode())
    tell(1.0, "The packages are installed")
    return Ready(facts, python, already=False)


def look_at(folder: RemoteFolder, engine: PiEngine) -> tuple[Circumstances, tuple[str, ...]]:
    """What the Pi is, and the packages that its environment has; nothing is changed there.

    Raises ThimbleError ``pi-no-python``.
    """
    facts = survey(folder.connection)
    stamp = _read_stamp(folder)  # an environment of another Python is made anew
    there = tuple(stamp.get("requirements", ())) if stamp.get("python") == facts.python_words else ()
    installed = set(engine.packages(facts.python[:2])) <= set(there)
    return Circumstances(facts, folder.free_bytes(), disk_needed(engine, installed)), there


def remove(folder: RemoteFolder) -> int:
    """Remove everything that Thimble has on the Pi; how many bytes that was. Raises ThimbleError."""
    size = f"(du -sk {folder.quoted()} 2>/dev/null)"  # of a large installation on a slow card: minutes
    answer = folder.connection.stream(size, lambda line: None, _PIP_SILENCE_S)
    words = answer.stdout.split()
    if not words:
        return 0
    folder.remove_all()
    return int(words[0]) * 1024


def _read_stamp(folder: RemoteFolder) -> dict[str, Any]:
    """What is installed; nothing where that is not known, as after a set-up that was cut off."""
    raw = folder.read(_STAMP)
    try:
        stamp = json.loads(raw) if raw else {}
    except ValueError:
        return {}
    return stamp if isinstance(stamp, dict) and stamp.get("version") == _STAMP_VERSION else {}


def _make_environment(folder: RemoteFolder, tell: Tell) -> bool:
    """A virtual environment whose pip runs; whether it had to be made, as one that was left half made."""
    python = folder.quoted(_VENV, "bin", "python")
    works = folder.connection.run(f"{python} -m pip --version", timeout_s=60.0).done
    if works:
        return False
    tell(0.05, "Making an environment on the Pi")
    folder.make_folders([_STAMP])
    venv = folder.quoted(_VENV)
    answer = _watched(folder, f"python3 -m venv --clear {venv}", lambda text: tell(0.1, text))
    if not answer.done:
        raise _install_failed(folder, answer.last_words)
    return True


def _watched(folder: RemoteFolder, command: str, show: Callable[[str], None]) -> Answer:
    """Long work there; its last line is shown, again where nothing new comes, so that the user can cancel."""
    last = "Working on the Pi"

    def take(line: str) -> None:
        nonlocal last
        last = line[:80]
        show(last)

    return folder.connection.stream(command, take, _PIP_SILENCE_S, lambda: show(last))


def _install(
    folder: RemoteFolder,
    requirements: tuple[str, ...],
    facts: PiFacts,
    wheels: Sequence[Path] | None,
    tell: Tell,
) -> None:
    if wheels is not None:
        _install_wheels(folder, requirements, wheels, tell)
        return
    tell(0.2, f"Installing {', '.join(requirements)} over the Pi's network")
    answer = _pip(folder, "install --progress-bar off --only-binary :all:", requirements, tell)
    if answer is None:
        return
    if not _NO_NETWORK.search(answer):
        raise _install_failed(folder, answer.splitlines()[-1])
    tell(0.3, "The Pi has no network: fetching the packages here")
    _install_wheels(folder, requirements, download_wheels(requirements, facts), tell)


def _install_wheels(
    folder: RemoteFolder, requirements: tuple[str, ...], wheels: Sequence[Path], tell: Tell
) -> None:
    def show(sent: int, total: int) -> None:
        tell(0.3 + 0.4 * sent / max(total, 1), f"Sending wheels: {sent / 1e6:.0f} of {total / 1e6:.0f} MB")

    folder.send([Upload(wheel, f"{_WHEELS}/{wheel.name}") for wheel in wheels], show)
    tell(0.7, "Installing the wheels on the Pi")
    offline = f"install --no-index --find-links {folder.quoted(_WHEELS)}"
    failed = _pip(folder, offline, requirements, tell)
    if failed is not None:
        raise _install_failed(folder, failed.splitlines()[-1])
    folder.remove(_WHEELS)


def _pip(folder: RemoteFolder, command: str, requirements: tuple[str, ...], tell: Tell) -> str | None:
    """Run pip there; what it said where it failed, else None."""
    words = " ".join(f"'{requirement}'" for requirement in requirements)
    python = folder.quoted(_VENV, "bin", "python")
    answer = _watched(folder, f"{python} {_PIP} {command} {words}", lambda text: tell(0.75, text))
    return None if answer.done else answer.stdout or answer.last_words


def _install_failed(folder: RemoteFolder, why: str) -> ThimbleError:
    if "No space left" in why:
        return ThimbleError(
            "pi-disk-full",
            "the Pi's disk became full while packages were installed",
            "make room there, and try again",
        )
    return ThimbleError(
        "pi-install-failed",
        f"the engine cannot be installed on {folder.connection.address.host}: {why}",
        "try again: it goes on from there; `thimble pi remove` takes everything away again",
    )
