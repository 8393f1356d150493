"""The studies of published papers: networks, recipes, grids, and the papers' own values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.models.zoo import PREFIX
from core.paths import resources_dir
from core.presets import find_preset
from core.recipe import Recipe
from core.recipe_toml import recipe_from_dict, recipe_to_dict
from core.sweep.grid import Series
from core.sweep.results import Published
from core.sweep.spec import DEFAULT_BOARDS, SweepSpec, grid_from_dict

#: The embedded data, on which every study has to end in minutes.
SMALL_DATA = "digits"
_GRID = ("sparsity", "criterion", "schedule", "quantize", "seeds")


@dataclass(frozen=True, slots=True)
class Study:
    """A study as its file says it. `small` is what it does on the embedded digits instead: model, note, and
    changes by series; `series` and `published` are the file's own tables."""

    id: str
    title: str
    paper: str
    about: str
    model: str
    data: str
    tables: tuple[str, ...]
    plots: tuple[str, ...]
    note: str
    series: tuple[Mapping[str, Any], ...]
    small: Mapping[str, Any]
    published: Mapping[str, Published]

    @property
    def recipes(self) -> tuple[str, ...]:
        """The ids of the presets that it uses."""
        return tuple(dict.fromkeys(str(raw["recipe"]) for raw in self.series))

    def spec(self, data: str | None = None, model: str | None = None) -> SweepSpec:
        """What to run: on the paper's own data, unless `data` says otherwise; with the paper's network, or on
        the digits with the one that stands in for it, unless `model` does. A network of the zoo is trained
        from scratch; a model file keeps its weights.

        Raises ThimbleError ``bad-recipe`` or ``bad-grid``, which would be a fault of the file.
        """
        data = data or self.data
        small = data == SMALL_DATA
        chosen = model or _resource(str(self.small["model"]) if small else self.model)
        series = tuple(self._series(raw, small, chosen.startswith(PREFIX)) for raw in self.series)
        note = f"{self.small['note']} {self.note}" if small and model is None else self.note
        return SweepSpec(
            title=self.title,
            model=chosen,
            data=data,
            series=series,
            boards=DEFAULT_BOARDS,
            tables=self.tables,
            plots=self.plots,
            note=note.strip(),
            study=self.id,
        )

    def _series(self, raw: Mapping[str, Any], small: bool, from_scratch: bool) -> Series:
        changes: Mapping[str, Any] = raw.get(SMALL_DATA, {}) if small else {}
        common: Mapping[str, Any] = self.small.get("with", {}) if small else {}
        recipe = find_preset(raw["recipe"])
        for changed in (raw.get("with", {}), common, changes.get("with", {})):
            recipe = _merged(recipe, changed)
        if not from_scratch:
            recipe = replace(recipe, train=None)
        grid = {name: changes.get(name, raw.get(name)) for name in _GRID}
        given = {name: values for name, values in grid.items() if values is not None}
        return Series(raw["id"], raw["title"], recipe, grid_from_dict(given))


def _resource(model: str) -> str:
    """A model that Thimble ships is written as its path in the resources."""
    return str(resources_dir() / model) if model.endswith(".keras") else model


def _merged(recipe: Recipe, changes: Mapping[str, Any]) -> Recipe:
    """The recipe with other values of some keys; a section that is ``false`` is left out."""
    raw = recipe_to_dict(recipe)
    for section, values in changes.items():
        if values is False:
            raw.pop(section, None)
        elif isinstance(values, Mapping):
            raw[section] = {**raw.get(section, {}), **values}
        else:
            raw[section] = values
    return recipe_from_dict(raw, recipe.name)


def studies_dir() -> Path:
    return resources_dir() / "studies"


@cache
def all_studies() -> dict[str, Study]:
    """Every study by id, its file's name without the ending."""
    return {path.stem: _read(path) for path in sorted(studies_dir().glob("*.toml"))}


def find_study(study: str) -> Study:
    """The study of this id. Raises ThimbleError ``unknown-study`` with those that exist."""
    if study not in all_studies():
        known = ", ".join(all_studies())
        raise ThimbleError("unknown-study", f"there is no study {study!r}", f"use one of these: {known}")
    return all_studies()[study]


def published_values(study: str) -> Mapping[str, Published]:
    """The paper's values by table; none for a sweep that is no study."""
    return find_study(study).published if study else {}


def _read(path: Path) -> Study:
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return Study(
        id=path.stem,
        title=raw["title"],
        paper=raw["paper"],
        about=raw["about"],
        model=raw["model"],
        data=raw["data"],
        tables=tuple(raw["tables"]),
        plots=tuple(raw["plots"]),
        note=raw.get("note", ""),
        series=tuple(raw["series"]),
        small=raw[SMALL_DATA],
        published={
            table: Published(values["source"], tuple(values["rows"]))
            for table, values in raw.get("published", {}).items()
        },
    )
