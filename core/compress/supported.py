"""What a recipe may ask for today: everything else is refused before any work, never silently left out."""

from __future__ import annotations

from core.compress.criteria import find_criterion
from core.compress.quantizers import find_quantizer
from core.compress.tfmot.limits import check_tfmot
from core.recipe import Recipe


def check_supported(recipe: Recipe) -> None:
    """Raise ThimbleError ``not-there-yet`` for the first thing in the recipe that is not there yet.

    Raises ``criterion-does-not-fit`` for a criterion that cannot rank what is to be pruned, what
    `check_tfmot` refuses, and what the recipe's quantizer finds wrong.
    """
    if recipe.prune is not None:
        find_criterion(recipe.prune)
    check_tfmot(recipe)
    find_quantizer(recipe.quantize).check(recipe)
