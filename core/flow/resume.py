"""Runs that were interrupted: what their folders hold, and whether the same choices go on there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from core.compress.checkpoint import Interrupted, find_checkpoint
from core.flow.draft import Draft
from core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Resumable:
    """Rounds of training that are done, of all. `goes_on` when a start with the draft goes on from there;
    otherwise it was of other choices, and begins anew."""

    epoch: int
    epochs: int
    goes_on: bool


def resumable(draft: Draft) -> Resumable | None:
    """What the draft's folder holds of an interrupted run; None where there is nothing."""
    found = find_checkpoint(draft.out) if draft.out is not None else None
    return None if found is None else Resumable(found.epoch, found.epochs, _is_of(found, draft))


def interrupted_draft(folder: Path) -> Draft | None:
    """The choices of the interrupted run in a folder, to go on with; None where there is none."""
    found = find_checkpoint(folder)
    if found is None:
        return None
    return Draft(recipe=found.recipe, model=Path(found.model), data=found.data, out=folder)


def _is_of(found: Interrupted, draft: Draft) -> bool:
    same = _decisive(found.recipe) == _decisive(draft.recipe)
    return same and (found.model, found.data) == (str(draft.model), draft.data)


def _decisive(recipe: Recipe) -> Recipe:
    return replace(recipe, name="", description="")
