"""What a recipe may ask for today: everything else is refused before any work, never silently left out."""

from __future__ import annotations

from collections.abc import Iterator

from core.compress.criteria import find_criterion
from core.errors import ThimbleError
from core.recipe import ClusterEngine, QuantizeKind, QuantizeMode, Recipe

_QUANTIZATIONS = (QuantizeKind.INT8, QuantizeKind.FLOAT16, QuantizeKind.DYNAMIC, QuantizeKind.NONE)


def check_supported(recipe: Recipe) -> None:
    """Raise ThimbleError ``not-there-yet`` for the first thing in the recipe that is not there yet.

    Raises ``criterion-does-not-fit`` for a criterion that cannot rank what is to be pruned.
    """
    if recipe.prune is not None:
        find_criterion(recipe.prune)
    for what, hint in _missing(recipe):
        raise ThimbleError(
            "not-there-yet", f"the recipe {recipe.name!r} asks for {what}: not there yet", hint
        )


def _missing(recipe: Recipe) -> Iterator[tuple[str, str]]:
    for section in ("train", "distill"):
        if getattr(recipe, section) is not None:
            yield f"[{section}]", f"leave out the section [{section}]"
    if recipe.cluster is not None and recipe.cluster.engine is not ClusterEngine.THIMBLE:
        yield f"clustering with {recipe.cluster.engine.value}", 'use engine = "thimble" in [cluster]'
    if recipe.quantize.kind not in _QUANTIZATIONS:
        known = ", ".join(kind.value for kind in _QUANTIZATIONS)
        yield f"quantization to {recipe.quantize.kind.value}", f"use one of these: {known}"
    if recipe.quantize.mode is not QuantizeMode.PTQ:
        yield "quantization-aware training", 'use mode = "ptq" in [quantize]'
    if recipe.quantize.finetune_epochs:
        yield "fine-tuning after quantization", "leave out finetune_epochs in [quantize]"
