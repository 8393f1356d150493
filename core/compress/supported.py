"""What a recipe may ask for today: everything else is refused before any work, never silently left out."""

from __future__ import annotations

from collections.abc import Iterator

from core.compress.criteria import find_criterion
from core.compress.quantizers import find_quantizer
from core.errors import ThimbleError
from core.recipe import ClusterEngine, Recipe


def check_supported(recipe: Recipe) -> None:
    """Raise ThimbleError ``not-there-yet`` for the first thing in the recipe that is not there yet.

    Raises ``criterion-does-not-fit`` for a criterion that cannot rank what is to be pruned, and what the
    recipe's quantizer finds wrong.
    """
    if recipe.prune is not None:
        find_criterion(recipe.prune)
    for what, hint in _missing(recipe):
        raise ThimbleError(
            "not-there-yet", f"the recipe {recipe.name!r} asks for {what}: not there yet", hint
        )
    find_quantizer(recipe.quantize).check(recipe)


def _missing(recipe: Recipe) -> Iterator[tuple[str, str]]:
    if recipe.cluster is not None and recipe.cluster.engine is not ClusterEngine.THIMBLE:
        yield f"clustering with {recipe.cluster.engine.value}", 'use engine = "thimble" in [cluster]'
