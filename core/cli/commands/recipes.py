"""`thimble recipes`: the preset recipes."""

from __future__ import annotations

from argparse import Namespace

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.presets import RECIPES_DIR, all_presets
    from core.recipe_toml import recipe_to_dict

    presets = all_presets()
    found = [
        {"id": preset, "path": str(RECIPES_DIR / f"{preset}.toml"), **recipe_to_dict(recipe)}
        for preset, recipe in presets.items()
    ]
    rows = [[preset, recipe.name, recipe.description] for preset, recipe in presets.items()]
    shown = table("Preset recipes", ("id", "name", "what it does"), rows, text=(0, 1, 2))
    terminal.result(found, lambda console: console.print(shown))


RECIPES = Command("recipes", "the preset recipes", add_json, _run)
