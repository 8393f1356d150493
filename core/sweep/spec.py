"""What a sweep is asked to do, as JSON can carry it to the worker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError
from core.recipe import Criterion, Schedule
from core.recipe_toml import recipe_from_dict, recipe_to_dict
from core.sweep.grid import QUANTIZATIONS, Grid, Series

DEFAULT_BOARDS = ("virtual-pico", "virtual-nano")
DEFAULT_TABLES = ("accuracy-size", "boards")
DEFAULT_PLOTS = ("relative-accuracy", "quantization-loss", "board-memory")


@dataclass(frozen=True, slots=True)
class SweepSpec:
    """`note` is what a reader has to know, such as that a network stands in for the paper's. `study` is the
    id of the study whose published values stand beside ours, or empty."""

    title: str
    model: str
    data: str
    series: tuple[Series, ...]
    boards: tuple[str, ...] = DEFAULT_BOARDS
    tables: tuple[str, ...] = DEFAULT_TABLES
    plots: tuple[str, ...] = DEFAULT_PLOTS
    note: str = ""
    study: str = ""

    def to_json(self) -> dict[str, Any]:
        """As `spec_from_json` reads it."""
        return {
            "title": self.title,
            "model": self.model,
            "data": self.data,
            "series": [_series_json(series) for series in self.series],
            "boards": list(self.boards),
            "tables": list(self.tables),
            "plots": list(self.plots),
            "note": self.note,
            "study": self.study,
        }


def spec_from_json(raw: Mapping[str, Any]) -> SweepSpec:
    """What `SweepSpec.to_json` gave. Raises ThimbleError ``bad-recipe``, ``bad-grid``."""
    series = tuple(
        Series(one["id"], one["title"], recipe_from_dict(one["recipe"]), grid_from_dict(one["grid"]))
        for one in raw["series"]
    )
    return SweepSpec(
        title=raw["title"],
        model=raw["model"],
        data=raw["data"],
        series=series,
        boards=tuple(raw["boards"]),
        tables=tuple(raw["tables"]),
        plots=tuple(raw["plots"]),
        note=raw["note"],
        study=raw["study"],
    )


def grid_from_dict(raw: Mapping[str, Any]) -> Grid:
    """A grid from lists of values: sparsity, criterion, schedule, quantize; and the number of seeds.

    Raises ThimbleError ``bad-grid`` for a value that is not allowed, with those that are.
    """
    unknown = set(raw) - {"sparsity", "criterion", "schedule", "quantize", "seeds"}
    if unknown:
        raise _bad("axis", min(unknown), ("sparsity", "criterion", "schedule", "quantize", "seeds"))
    seeds = raw.get("seeds", 1)
    if not isinstance(seeds, int) or seeds < 1:
        raise _bad("number of seeds", seeds, ("1", "2", "3", "…"))
    sparsities = tuple(raw.get("sparsity", ()))
    for sparsity in sparsities:
        if not isinstance(sparsity, int | float) or not 0.0 <= sparsity <= 0.999:
            raise _bad("sparsity", sparsity, ("numbers from 0 to 0.999",))
    return Grid(
        tuple(dict.fromkeys(float(sparsity) for sparsity in sparsities)),
        _members(raw.get("criterion", ()), {c.value: c for c in Criterion}, "criterion"),
        _members(raw.get("schedule", ()), {s.value: s for s in Schedule}, "schedule"),
        _members(raw.get("quantize", ()), QUANTIZATIONS, "quantization"),
        seeds,
    )


def _members(given: Sequence[str], known: Mapping[str, Any], what: str) -> tuple[Any, ...]:
    for name in given:
        if name not in known:
            raise _bad(what, name, tuple(known))
    return tuple(dict.fromkeys(known[name] for name in given))


def _bad(what: str, given: object, allowed: Sequence[str]) -> ThimbleError:
    return ThimbleError("bad-grid", f"the {what} {given} is not known", f"allowed are {', '.join(allowed)}")


def grid_to_dict(grid: Grid) -> dict[str, Any]:
    """What `grid_from_dict` reads."""
    return {
        "sparsity": list(grid.sparsities),
        "criterion": [criterion.value for criterion in grid.criteria],
        "schedule": [schedule.value for schedule in grid.schedules],
        "quantize": [quantization.label for quantization in grid.quantizations],
        "seeds": grid.seeds,
    }


def _series_json(series: Series) -> dict[str, Any]:
    return {
        "id": series.id,
        "title": series.title,
        "recipe": recipe_to_dict(series.recipe),
        "grid": grid_to_dict(series.grid),
    }
