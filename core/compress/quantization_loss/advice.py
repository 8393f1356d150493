"""What to try against a loss by quantization, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from core.compress.quantization_loss.noise import LayerNoise
from core.recipe import PruneKind, QuantizeKind, QuantizeMode, Recipe

#: A loss of accuracy below this is not worth a change: half a point.
NEGLIGIBLE = 0.005
#: Weights with less than this, about five bits, suffer from a scale that does not suit all channels.
_POOR_WEIGHTS_DB = 30.0
_ENOUGH_SAMPLES = 500
_INTEGERS = (QuantizeKind.INT8, QuantizeKind.UINT8)


def what_to_try(
    recipe: Recipe, lost: float, worst: Sequence[LayerNoise], prunable: Collection[str]
) -> tuple[str, ...]:
    """The most promising first; empty when hardly anything was lost. `lost` is a fraction of the samples.

    `prunable` are the layers that the recipe's kind of pruning can prune: the others need no exception.
    """
    return tuple(_ideas(recipe, worst, prunable)) if lost > NEGLIGIBLE else ()


def _ideas(recipe: Recipe, worst: Sequence[LayerNoise], prunable: Collection[str]) -> Iterator[str]:
    quantize = recipe.quantize
    if quantize.mode is QuantizeMode.PTQ and quantize.kind in _INTEGERS:
        yield 'Train with quantization in mind: mode = "qat" in [quantize].'
        if quantize.calibration < _ENOUGH_SAMPLES:
            yield (
                f"Calibrate with more samples than {quantize.calibration:,}: calibration = {_ENOUGH_SAMPLES}"
                " in [quantize]."
            )
    pruned = [x.name for x in worst if x.name in prunable] if recipe.prune is not None else []
    if recipe.prune is not None and pruned:
        named = ", ".join(pruned)
        gentler = (
            "remove fewer of its filters" if recipe.prune.kind is PruneKind.STRUCTURED else "prune it less"
        )
        yield f"Leave the worst layers out of pruning ({named}), or {gentler}: [prune.layers]."
    poor = [x.name for x in worst if x.weights_sqnr_db is not None and x.weights_sqnr_db < _POOR_WEIGHTS_DB]
    if poor:
        less = ", or prune less there" if set(poor) & set(pruned) else ""
        yield (
            f"The weights themselves are far off in {', '.join(poor)}: few of them are much larger than the "
            f"others. Fine-tune with weight_decay{less}."
        )
    if quantize.kind in _INTEGERS:
        yield 'Keep floats where the board has room: kind = "float16" in [quantize].'
