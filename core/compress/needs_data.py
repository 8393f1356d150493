"""What of a recipe needs samples: known from the recipe alone, without TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from core.compress.criteria import CRITERIA, Needs
from core.compress.tfmot.limits import wants_tfmot
from core.errors import ThimbleError
from core.recipe import QuantizeKind, QuantizeMode, Recipe

_UNCALIBRATED = (QuantizeKind.NONE, QuantizeKind.FLOAT16, QuantizeKind.DYNAMIC)


def check_without_data(recipe: Recipe) -> None:
    """Raise ThimbleError ``needs-data`` for the first thing that the recipe cannot do without samples."""
    for what, hint in _needs(recipe):
        raise ThimbleError("needs-data", f"the recipe {recipe.name!r} {what}, and no data are given", hint)


def _needs(recipe: Recipe) -> Iterator[tuple[str, str]]:
    leave_out = "give data, or leave that section out"
    for section, training in (("[train]", recipe.train), ("[finetune]", recipe.finetune)):
        if training is not None and training.epochs:
            yield f"trains ({section})", leave_out
    if recipe.distill is not None:
        yield "learns from a teacher ([distill])", leave_out
    if recipe.prune is not None and CRITERIA[recipe.prune.criterion].needs is not Needs.NOTHING:
        yield (
            f"prunes by {recipe.prune.criterion.value}, which is measured on samples",
            "give data, or prune by l1, l2, magnitude or random",
        )
    if wants_tfmot(recipe):
        yield "asks for the engine tfmot, which is given data", 'give data, or use engine = "own"'
    quantize = recipe.quantize
    if quantize.mode is QuantizeMode.QAT or quantize.finetune_epochs:
        yield "trains with quantization in mind", 'give data, or set mode = "ptq" without epochs'
    if quantize.kind not in _UNCALIBRATED:
        known = ", ".join(kind.value for kind in _UNCALIBRATED)
        yield (
            f"makes {quantize.kind.value}, whose ranges are measured on samples",
            f"give data, or use one of these in [quantize]: {known}",
        )
