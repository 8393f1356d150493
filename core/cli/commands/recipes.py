"""`thimble recipes`: the preset recipes, and the studies that use them."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING

from core.cli.command import Command
from core.cli.options import add_json
from core.cli.terminal import Terminal, table

if TYPE_CHECKING:
    from rich.console import Console


def _run(arguments: Namespace, terminal: Terminal) -> None:
    from core.presets import RECIPES_DIR, all_presets
    from core.recipe_toml import recipe_to_dict
    from core.sweep.studies import all_studies

    presets, studies = all_presets(), all_studies()
    found = [
        {
            "id": preset,
            "path": str(RECIPES_DIR / f"{preset}.toml"),
            **recipe_to_dict(recipe),
            "studies": [study.id for study in studies.values() if preset in study.recipes],
        }
        for preset, recipe in presets.items()
    ]

    def show(console: Console) -> None:
        rows = [[preset, recipe.name, recipe.description] for preset, recipe in presets.items()]
        console.print(table("Preset recipes", ("id", "name", "what it does"), rows, text=(0, 1, 2)))
        of_papers = [[study.id, study.title, study.paper] for study in studies.values()]
        title = "Studies of papers: thimble sweep --study ID [--data digits] --out FOLDER"
        console.print(table(title, ("id", "name", "paper"), of_papers, text=(0, 1, 2)))

    terminal.result(found, show)


RECIPES = Command("recipes", "the preset recipes, and the studies that use them", add_json, _run)
