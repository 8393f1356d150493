"""Names that people give their boards, kept by serial number in the settings folder."""

from __future__ import annotations

import json
from pathlib import Path

from core.errors import ThimbleError
from core.paths import settings_dir, write_atomically

_FILE = "boards.json"
_LONGEST = 40


def board_names() -> dict[str, str]:
    """Serial number → name. Raises ThimbleError ``bad-board-names`` for a damaged file."""
    path = _path()
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        return {str(serial_number): str(name) for serial_number, name in told.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError) as error:
        raise ThimbleError(
            "bad-board-names", f"cannot read the boards' names in {path}: {error}", "mend or remove that file"
        ) from error


def name_board(serial_number: str, name: str) -> None:
    """Remember the name; an empty one is forgotten.

    Raises ThimbleError ``no-serial-number``, ``bad-name``, ``name-taken`` or ``cannot-write``.
    """
    name = name.strip()
    if not serial_number:
        raise ThimbleError(
            "no-serial-number",
            "this board tells no serial number now, so a name could not be told from another board's",
            "name it while its program runs, not its bootloader",
        )
    if len(name) > _LONGEST or not name.isprintable() or any(sign in name for sign in "/\\"):
        raise ThimbleError(
            "bad-name",
            f"{name[:_LONGEST]!r} cannot be a board's name",
            f"take at most {_LONGEST} letters and signs, no / and no \\",
        )
    names = board_names()
    if any(other != serial_number and taken.casefold() == name.casefold() for other, taken in names.items()):
        raise ThimbleError("name-taken", f"another board is called {name} already", "choose another name")
    names.pop(serial_number, None)
    if name:
        names[serial_number] = name
    write_atomically(_path(), json.dumps(names, indent=1, ensure_ascii=False))


def _path() -> Path:
    return settings_dir() / _FILE
