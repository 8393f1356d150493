"""The Pis that were connected before: where they are, and what they are called. No secrets."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from core.paths import settings_dir, write_atomically
from core.pi.address import PiAddress
from core.pi.settings import DEFAULT_SETTINGS, PiSettings

_MOST = 20


@dataclass(frozen=True, slots=True)
class KnownPi:
    """`title` is what it called itself when it was set up."""

    address: PiAddress
    title: str
    settings: PiSettings = DEFAULT_SETTINGS


def _file() -> Path:
    return settings_dir() / "pis.json"


def known_pis() -> tuple[KnownPi, ...]:
    """The last one used first; none where the file is missing or damaged."""
    try:
        stored = json.loads(_file().read_text(encoding="utf-8"))
        return tuple(map(_known, stored))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _known(stored: dict[str, Any]) -> KnownPi:
    settings = PiSettings.from_json(stored["settings"]) if "settings" in stored else DEFAULT_SETTINGS
    return KnownPi(PiAddress.from_json(stored["address"]), str(stored["title"]), settings)


def last_at(host: str, port: int, user: str | None = None) -> PiAddress | None:
    """The Pi there as it was used last: by `user` if ever, else by whomever."""
    there = [pi.address for pi in known_pis() if (pi.address.host, pi.address.port) == (host, port)]
    return next((address for address in there if address.user == user), there[0] if there else None)


def remember(address: PiAddress, title: str) -> None:
    """Put it first; its settings stay. Raises ThimbleError ``cannot-write``."""
    others = (pi for pi in known_pis() if pi.address.where != address.where)
    _write((KnownPi(address, title, settings_of(address)), *others))


def settings_of(address: PiAddress) -> PiSettings:
    """Those of a Pi that is not known are the defaults."""
    found = (pi.settings for pi in known_pis() if pi.address.where == address.where)
    return next(found, DEFAULT_SETTINGS)


def keep_settings(address: PiAddress, settings: PiSettings) -> None:
    """Of a Pi that is known. Raises ThimbleError ``cannot-write``."""
    _write(
        tuple(
            replace(pi, settings=settings) if pi.address.where == address.where else pi for pi in known_pis()
        )
    )


def forget(address: PiAddress) -> bool:
    """Whether it was known."""
    pis = known_pis()
    left = tuple(pi for pi in pis if pi.address.where != address.where)
    if len(left) < len(pis):
        _write(left)
    return len(left) < len(pis)


def _write(pis: tuple[KnownPi, ...]) -> None:
    stored = [
        {"address": pi.address.to_json(), "title": pi.title, "settings": pi.settings.to_json()}
        for pi in pis[:_MOST]
    ]
    write_atomically(_file(), json.dumps(stored, indent=1))
