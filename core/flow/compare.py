"""What the Compare page decides: a recipe, or a paper's study, at each point of a grid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.flow.draft import WITHOUT_DATA, Draft, Step, problem_of
from core.recipe import Criterion, Schedule
from core.sweep.folder import SWEEP
from core.sweep.grid import Grid, Quantization, Series, count_runs
from core.sweep.result import Point, point_from_json
from core.sweep.spec import SweepSpec
from core.sweep.studies import find_study

_HIGHEST = 0.999


class CompareProblem(Enum):
    """Why a comparison cannot start. The face has the words."""

    NO_MODEL = "no-model"
    MODEL_OR_DATA = "model-or-data"
    NO_FOLDER = "no-folder"


@dataclass(frozen=True, slots=True)
class CompareChoices:
    """`study` is the id of a study, empty for the recipe of the wizard; the axes count for a recipe only,
    and an empty one keeps what the recipe says. `study_data` is a name, empty for the paper's own."""

    study: str = ""
    study_data: str = "digits"
    sparsities: tuple[float, ...] = (0.0, 0.5, 0.8, 0.9, 0.95)
    criteria: tuple[Criterion, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    quantizations: tuple[Quantization, ...] = ()
    seeds: int = 1
    out: Path | None = None


def parse_sparsities(text: str) -> tuple[float, ...]:
    """Percentages with commas or blanks between as fractions. Raises ThimbleError ``bad-grid``."""
    shares = []
    for number in text.replace("%", " ").replace(";", " ").replace(",", " ").split():
        try:
            share = round(float(number) / 100, 5)
        except ValueError:
            raise _bad(f"“{number}” is not a number") from None
        if not 0.0 <= share <= _HIGHEST:
            raise _bad(f"{number} % cannot be removed")
        shares.append(share)
    return tuple(dict.fromkeys(shares))


def problem(choices: CompareChoices, draft: Draft) -> CompareProblem | None:
    """What is missing before it can start, or None."""
    if not choices.study:
        if draft.model is None:
            return CompareProblem.NO_MODEL
        if problem_of(draft, Step.MODEL) or problem_of(draft, Step.DATA) or draft.data == WITHOUT_DATA:
            return CompareProblem.MODEL_OR_DATA
    return CompareProblem.NO_FOLDER if choices.out is None else None


def spec_of(choices: CompareChoices, draft: Draft) -> SweepSpec:
    """What the job gets. Raises ThimbleError ``nothing-to-sweep`` for a recipe that does not prune."""
    if choices.study:
        return find_study(choices.study).spec(choices.study_data or None)
    recipe = draft.recipe
    grid = Grid(choices.sparsities, choices.criteria, choices.schedules, choices.quantizations, choices.seeds)
    kind = recipe.prune.kind.value if recipe.prune else "recipe"
    boards = (draft.board,)
    return SweepSpec(recipe.name, str(draft.model), draft.data, (Series(kind, kind, recipe, grid),), boards)


def runs_of(spec: SweepSpec) -> int:
    """How many runs there will be. Raises ThimbleError ``nothing-to-sweep``."""
    return count_runs(spec.series)


def is_sweep(folder: Path) -> bool:
    """Whether the folder holds a comparison."""
    return (folder / SWEEP).is_file()


@dataclass(frozen=True, slots=True)
class FinishedSweep:
    """A comparison of another day; `report` is its PDF, None where it is gone; `warnings` are sentences."""

    folder: Path
    points: tuple[Point, ...]
    report: Path | None
    warnings: tuple[str, ...] = ()


def warnings_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """What a finished sweep's record tells that makes all of it doubtful, in sentences."""
    return tuple(str(warning["text"]) for warning in record.get("warnings", ()))


def report_of(record: Mapping[str, Any], folder: Path) -> Path | None:
    """The PDF that a finished sweep's record names, where it is still there."""
    names = [name for name in record.get("files", {}) if name.endswith(".pdf")]
    there = [folder / name for name in names if (folder / name).is_file()]
    return there[0] if there else None


def read_sweep(folder: Path) -> FinishedSweep:
    """A finished comparison. Raises ThimbleError ``bad-run``."""
    try:
        raw = json.loads((folder / SWEEP).read_text(encoding="utf-8"))
        points = tuple(point_from_json(point) for point in raw["points"])
        return FinishedSweep(folder, points, report_of(raw, folder), warnings_of(raw))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ThimbleError(
            "bad-run",
            f"the comparison in {folder} was not finished, or cannot be read",
            "start it again with the same folder: what is done is not repeated",
        ) from error


def _bad(what: str) -> ThimbleError:
    return ThimbleError("bad-grid", what, "write percentages from 0 to 99.9, such as 0, 50, 90")
