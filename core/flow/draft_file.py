"""The wizard's draft on the disk, so that unsaved choices survive a crash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.flow.draft import Draft
from core.paths import data_dir, write_atomically
from core.recipe_toml import recipe_from_dict, recipe_to_dict

_HINT = "begin anew: open the model again"


def draft_path() -> Path:
    """Where the draft is kept. Raises ThimbleError ``cannot-write``."""
    return data_dir() / "draft.json"


def save_draft(draft: Draft, path: Path) -> None:
    """Write the draft beside `path` and rename it in. Raises ThimbleError ``cannot-write``."""
    content = {
        "recipe": recipe_to_dict(draft.recipe),
        "model": None if draft.model is None else str(draft.model),
        "data": draft.data,
        "board": draft.board,
        "out": None if draft.out is None else str(draft.out),
    }
    write_atomically(path, json.dumps(content, indent=1))


def load_draft(path: Path) -> Draft | None:
    """The draft that was kept; None where there is none.

    Raises ThimbleError ``bad-draft`` for a file that cannot be read, ``bad-recipe`` for a recipe in it that
    this version does not know.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise ThimbleError("bad-draft", f"the kept draft {path} cannot be read: {error}", _HINT) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("recipe"), dict):
        raise ThimbleError("bad-draft", f"{path} is not a draft", _HINT)
    return Draft(
        recipe=recipe_from_dict(raw["recipe"], "the kept draft"),
        model=_path(raw, "model"),
        data=str(raw.get("data") or ""),
        board=str(raw.get("board") or ""),
        out=_path(raw, "out"),
    )


def forget_draft(path: Path) -> None:
    """Remove the draft, if there is one. Raises ThimbleError ``cannot-write``."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ThimbleError("cannot-write", f"the kept draft {path} cannot be removed: {error}") from error


def _path(raw: Mapping[str, Any], name: str) -> Path | None:
    return Path(str(raw[name])) if raw.get(name) else None
