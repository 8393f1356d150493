"""What the Compress wizard decides, step by step, and what may be wrong with it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from codegen.targets.board import all_boards
from core.compress.idle import check_nothing_idle
from core.compress.needs_data import check_without_data
from core.compress.supported import check_supported
from core.data.known.source import known_set
from core.errors import ThimbleError
from core.recipe import QuantizeKind, Recipe

#: Data that is built in. Known sets have names too; everything else is a path.
BUILT_IN_DATA = ("digits",)
#: Chosen where there are none: nothing is trained or tested then, and the recipe must not need any.
WITHOUT_DATA = ""
MODEL_SUFFIXES = (".keras",)
#: Names of what `core.compress.output.RunFolder` has not committed.
_LEFT_BEHIND = (".thimble-partial-", ".thimble-checkpoint")


class Step(Enum):
    """The steps of the wizard, in order."""

    MODEL = "model"
    DATA = "data"
    PRUNING = "pruning"
    CLUSTERING = "clustering"
    TRAINING = "training"
    QUANTIZATION = "quantization"
    BOARD = "board"
    REVIEW = "review"


class Problem(Enum):
    """Why a step is not finished. The face has the words."""

    NO_MODEL = "no-model"
    MODEL_MISSING = "model-missing"
    MODEL_KIND = "model-kind"
    MODEL_REFUSED = "model-refused"
    DATA_MISSING = "data-missing"
    DATA_REFUSED = "data-refused"
    UNKNOWN_BOARD = "unknown-board"
    NOTHING_TO_DO = "nothing-to-do"
    RECIPE_REFUSED = "recipe-refused"
    NO_FOLDER = "no-folder"
    FOLDER_IN_USE = "folder-in-use"
    FOLDER_NOT_WRITABLE = "folder-not-writable"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the wizard decides. `data` is a name or a path, or `WITHOUT_DATA`; `out` the folder of
    the results."""

    recipe: Recipe
    model: Path | None = None
    data: str = "digits"
    board: str = "virtual-pico"
    out: Path | None = None


def problem_of(draft: Draft, step: Step) -> Problem | None:
    """What still has to be done in a step, or None when it is finished."""
    check = _CHECKS.get(step)
    return check(draft) if check else None


def refusal(draft: Draft) -> ThimbleError | None:
    """Why the recipe cannot be run, with or without data, whatever the model; None when it can."""
    try:
        check_supported(draft.recipe)
        check_nothing_idle(draft.recipe)
        if draft.data == WITHOUT_DATA:
            check_without_data(draft.recipe)
    except ThimbleError as error:
        return error
    return None


def _model_problem(draft: Draft) -> Problem | None:
    if draft.model is None:
        return Problem.NO_MODEL
    if draft.model.suffix.lower() not in MODEL_SUFFIXES:
        return Problem.MODEL_KIND
    return None if draft.model.is_file() else Problem.MODEL_MISSING


def _data_problem(draft: Draft) -> Problem | None:
    if draft.data == WITHOUT_DATA:
        return None
    # A known set that is not in the data folder is told by trying it: that says where to put which files.
    has_name = draft.data in BUILT_IN_DATA or known_set(draft.data) is not None
    return None if has_name or Path(draft.data).exists() else Problem.DATA_MISSING


def _board_problem(draft: Draft) -> Problem | None:
    return None if draft.board in all_boards() else Problem.UNKNOWN_BOARD


def _review_problem(draft: Draft) -> Problem | None:
    if _does_nothing(draft.recipe):
        return Problem.NOTHING_TO_DO
    if refusal(draft) is not None:
        return Problem.RECIPE_REFUSED
    if draft.out is None:
        return Problem.NO_FOLDER
    try:
        if draft.out.exists() and not _is_free(draft.out):
            return Problem.FOLDER_IN_USE
        return None if _can_be_made(draft.out) else Problem.FOLDER_NOT_WRITABLE
    except OSError:  # it may not even be looked at
        return Problem.FOLDER_NOT_WRITABLE


_CHECKS: dict[Step, Callable[[Draft], Problem | None]] = {
    Step.MODEL: _model_problem,
    Step.DATA: _data_problem,
    Step.BOARD: _board_problem,
    Step.REVIEW: _review_problem,
}


def _does_nothing(recipe: Recipe) -> bool:
    sections = (recipe.train, recipe.prune, recipe.finetune, recipe.cluster)
    return all(section is None for section in sections) and recipe.quantize.kind is QuantizeKind.NONE


def _is_free(folder: Path) -> bool:
    """Whether the folder is empty, apart from what an interrupted job left for the next one."""
    return folder.is_dir() and all(path.name.startswith(_LEFT_BEHIND) for path in folder.iterdir())


def _can_be_made(folder: Path) -> bool:
    """Whether the folder is there or can be made, judged by its nearest parent that exists."""
    for parent in (folder, *folder.absolute().parents):
        if parent.exists():
            return parent.is_dir() and os.access(parent, os.W_OK | os.X_OK)
    return False


def free_folder(parent: Path, stem: str) -> Path:
    """A folder name in `parent` that is not taken yet: stem, stem-2, stem-3, …"""
    folder, number = parent / stem, 1
    while folder.exists():
        number += 1
        folder = parent / f"{stem}-{number}"
    return folder
