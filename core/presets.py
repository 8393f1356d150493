"""The preset recipes that come with Thimble."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from core.errors import ThimbleError
from core.recipe import Recipe
from core.recipe_toml import read_recipe

RECIPES_DIR = Path(__file__).resolve().parent.parent / "resources" / "recipes"

#: The one that a beginner is offered.
DEFAULT_PRESET = "structured-int8"
#: What the wizard starts from: the first of each kind of pruning.
_FIRST = (DEFAULT_PRESET, "sparse-int8")


@cache
def all_presets() -> dict[str, Recipe]:
    """Every preset by id (its file's name without the ending), those for beginners first."""
    paths = sorted(RECIPES_DIR.glob("*.toml"), key=lambda path: (_place(path.stem), path.stem))
    return {path.stem: read_recipe(path) for path in paths}


def _place(preset_id: str) -> int:
    return _FIRST.index(preset_id) if preset_id in _FIRST else len(_FIRST)


def find_preset(preset_id: str) -> Recipe:
    """The preset of this id. Raises ThimbleError ``unknown-recipe`` with the ids that exist."""
    try:
        return all_presets()[preset_id]
    except KeyError:
        known = ", ".join(all_presets())
        raise ThimbleError(
            "unknown-recipe", f"there is no preset recipe {preset_id!r}", f"use one of these: {known}"
        ) from None
