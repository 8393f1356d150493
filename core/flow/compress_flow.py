"""The Compress wizard without its face: the choices, what is wrong with them, which step is unlocked."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import Any

from codegen.targets.board import all_boards
from core.data.known.source import known_set
from core.flow.history import History
from core.recipe import Prune, PruneKind, Quantize, QuantizeKind, Recipe, Training

#: Data that is built in. Known sets have names too; everything else is a path.
BUILT_IN_DATA = ("digits",)
MODEL_SUFFIXES = (".keras",)
#: Names of what `core.compress.output.RunFolder` has not committed.
_LEFT_BEHIND = ".thimble-partial-"


class Step(Enum):
    """The steps of the wizard, in order."""

    MODEL = "model"
    PRUNING = "pruning"
    QUANTIZATION = "quantization"
    BOARD = "board"
    REVIEW = "review"


class Problem(Enum):
    """Why a step is not finished. The face has the words."""

    NO_MODEL = "no-model"
    MODEL_MISSING = "model-missing"
    MODEL_KIND = "model-kind"
    MODEL_REFUSED = "model-refused"
    NO_DATA = "no-data"
    DATA_MISSING = "data-missing"
    UNKNOWN_BOARD = "unknown-board"
    NOTHING_TO_DO = "nothing-to-do"
    NO_FOLDER = "no-folder"
    FOLDER_IN_USE = "folder-in-use"
    FOLDER_NOT_WRITABLE = "folder-not-writable"


@dataclass(frozen=True, slots=True)
class Draft:
    """Everything that the wizard decides. `data` is a name or a path; `out` the folder of the results."""

    recipe: Recipe
    model: Path | None = None
    data: str = "digits"
    board: str = "virtual-pico"
    out: Path | None = None


class CompressFlow:
    """Holds the draft and its history, and tells listeners when it changes."""

    def __init__(self, presets: Mapping[str, Recipe]) -> None:
        self._presets = dict(presets)
        self._history = History(Draft(recipe=self._preset(PruneKind.STRUCTURED)))
        self._refused = False
        self._listeners: list[Callable[[], None]] = []

    # -- reading

    @property
    def draft(self) -> Draft:
        return self._history.value

    @property
    def recipe(self) -> Recipe:
        return self.draft.recipe

    @property
    def can_undo(self) -> bool:
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        return self._history.can_redo

    def problem(self, step: Step) -> Problem | None:
        """What still has to be done in a step, or None when it is finished."""
        check = {
            Step.MODEL: self._model_problem,
            Step.BOARD: self._board_problem,
            Step.REVIEW: self._review_problem,
        }.get(step)
        return check() if check else None

    def unlocked(self, step: Step) -> bool:
        """Whether the step may be entered: every step before it is finished."""
        steps = list(Step)
        return all(self.problem(earlier) is None for earlier in steps[: steps.index(step)])

    @property
    def ready(self) -> bool:
        """Whether the job may start."""
        return all(self.problem(step) is None for step in Step)

    def job_parameters(self, recipe_to_dict: Callable[[Recipe], dict[str, Any]]) -> dict[str, Any]:
        """The parameters of the task `compress`."""
        draft = self.draft
        return {
            "model": str(draft.model),
            "data": draft.data,
            "recipe": recipe_to_dict(draft.recipe),
            "out": str(draft.out),
        }

    # -- changing

    def subscribe(self, listener: Callable[[], None]) -> None:
        """`listener` is called after every change."""
        self._listeners.append(listener)

    def open(self, model: Path, data: str | None = None) -> None:
        """Start over with another model; the history begins anew."""
        data = self.draft.data if data is None else data
        board = self.draft.board
        recipe = self._preset(PruneKind.STRUCTURED)
        self._history = History(Draft(recipe=recipe, model=model, data=data, board=board))
        self._refused = False
        self._tell()

    def set_data(self, data: str) -> None:
        self._refused = False
        self._edit(replace(self.draft, data=data), "data")

    def refuse_model(self, refused: bool) -> None:
        """The survey or the preview found that this model and data cannot be used."""
        if refused != self._refused:
            self._refused = refused
            self._tell()

    def set_board(self, board: str) -> None:
        self._edit(replace(self.draft, board=board), None)

    def set_out(self, out: Path | None) -> None:
        self._edit(replace(self.draft, out=out), "out")

    def choose_pruning(self, kind: PruneKind | None) -> None:
        """Take the preset of this kind of pruning, or none at all; quantization is kept."""
        if kind is None:
            recipe = replace(self.recipe, prune=None, finetune=None, augment=None, name="int8 only")
        else:
            recipe = replace(self._preset(kind), quantize=self.recipe.quantize, seed=self.recipe.seed)
        self._edit_recipe(recipe, None)

    def edit_pruning(self, **changes: Any) -> None:
        """Change fields of `Prune`. Nothing happens when pruning is off."""
        if self.recipe.prune is None:
            return
        prune = replace(self.recipe.prune, **changes)
        self._edit_recipe(replace(self.recipe, prune=prune), "prune " + " ".join(sorted(changes)))

    def set_epochs(self, epochs: int) -> None:
        """Passes over the training data after pruning; 0 leaves fine-tuning out."""
        training = replace(self.recipe.finetune or Training(), epochs=epochs)
        self._edit_recipe(replace(self.recipe, finetune=training), "epochs")

    def edit_quantization(self, **changes: Any) -> None:
        """Change fields of `Quantize`."""
        quantize = replace(self.recipe.quantize, **changes)
        self._edit_recipe(replace(self.recipe, quantize=quantize), "quantize " + " ".join(sorted(changes)))

    def end_edit(self) -> None:
        """A control was let go: the next change is an undo step of its own."""
        self._history.end_edit()

    def forget_history(self) -> None:
        """What is set now is the beginning: nothing to undo."""
        self._history = History(self.draft)
        self._tell()

    def undo(self) -> None:
        if self._history.undo():
            self._tell()

    def redo(self) -> None:
        if self._history.redo():
            self._tell()

    # -- inside

    def _preset(self, kind: PruneKind) -> Recipe:
        """The first preset recipe that prunes this way."""
        for recipe in self._presets.values():
            if recipe.prune is not None and recipe.prune.kind is kind:
                return recipe
        return Recipe(name=kind.value, prune=Prune(kind=kind), finetune=Training(), quantize=Quantize())

    def _edit_recipe(self, recipe: Recipe, what: str | None) -> None:
        self._edit(replace(self.draft, recipe=recipe), what)

    def _edit(self, draft: Draft, what: str | None) -> None:
        if self._history.edit(draft, what):
            self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()

    def _model_problem(self) -> Problem | None:
        draft = self.draft
        if draft.model is None:
            return Problem.NO_MODEL
        if draft.model.suffix.lower() not in MODEL_SUFFIXES:
            return Problem.MODEL_KIND
        if not draft.model.is_file():
            return Problem.MODEL_MISSING
        if not draft.data:
            return Problem.NO_DATA
        # A known set that is not in the data folder is told by trying it: that says where to put which files.
        has_name = draft.data in BUILT_IN_DATA or known_set(draft.data) is not None
        if not has_name and not Path(draft.data).exists():
            return Problem.DATA_MISSING
        return Problem.MODEL_REFUSED if self._refused else None

    def _board_problem(self) -> Problem | None:
        return None if self.draft.board in all_boards() else Problem.UNKNOWN_BOARD

    def _review_problem(self) -> Problem | None:
        draft = self.draft
        if draft.recipe.prune is None and draft.recipe.quantize.kind is QuantizeKind.NONE:
            return Problem.NOTHING_TO_DO
        if draft.out is None:
            return Problem.NO_FOLDER
        try:
            if draft.out.exists() and not _is_free(draft.out):
                return Problem.FOLDER_IN_USE
            return None if _can_be_made(draft.out) else Problem.FOLDER_NOT_WRITABLE
        except OSError:  # it may not even be looked at
            return Problem.FOLDER_NOT_WRITABLE


def _is_free(folder: Path) -> bool:
    """Whether the folder is empty, apart from what a killed job left, which the next one clears away."""
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
