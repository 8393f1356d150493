"""Sections of a recipe that only training can use, where nothing trains: refused, never silently left out."""

from __future__ import annotations

from core.compress.steps import epochs_after_baseline, total_epochs
from core.errors import ThimbleError
from core.recipe import Recipe


def is_taught(recipe: Recipe) -> bool:
    """Whether a teacher is asked for, and heard: by any epoch that is not of the baseline's own training."""
    return recipe.distill is not None and epochs_after_baseline(recipe) > 0


def is_augmented(recipe: Recipe) -> bool:
    """Whether any epoch changes its samples at random."""
    return recipe.augment is not None and total_epochs(recipe) > 0


def idle_section(recipe: Recipe) -> ThimbleError | None:
    """``nothing-trains`` for the first section that would do nothing; None where there is none."""
    if recipe.distill is not None and not is_taught(recipe):
        what = "has a teacher ([distill]), and no epoch of training that could listen"
        hint = 'add [finetune] with epochs or [quantize] mode = "qat", or leave out [distill]'
    elif recipe.augment is not None and not is_augmented(recipe):
        what = "changes training samples ([augment]), and nothing is trained"
        hint = "add [finetune] with epochs, or leave out [augment]"
    else:
        return None
    return ThimbleError("nothing-trains", f"the recipe {recipe.name!r} {what}", hint)


def check_nothing_idle(recipe: Recipe) -> None:
    """Raise ThimbleError ``nothing-trains`` as `idle_section` says."""
    error = idle_section(recipe)
    if error is not None:
        raise error
