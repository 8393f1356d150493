"""What to try against a loss by quantization, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.compress.quantization_loss.noise import LayerNoise
from core.recipe import PruneKind, QuantizeKind, QuantizeMode, Recipe

#: A loss of accuracy below this is not worth a change: half a point.
NEGLIGIBLE = 0.005
#: Weights with less than this, about five bits, suffer from a scale that does not suit all channels.
_POOR_WEIGHTS_DB = 30.0
_ENOUGH_SAMPLES = 500
_INTEGERS = (QuantizeKind.INT8, QuantizeKind.UINT8)


def what_to_try(recipe: Recipe, lost: float, worst: Sequence[LayerNoise]) -> tuple[str, ...]:
    """The most promising first; empty when hardly anything was lost. `lost` is a fraction of the samples."""
    return tuple(_ideas(recipe, worst)) if lost > NEGLIGIBLE else ()


def _ideas(recipe: Recipe, worst: Sequence[LayerNoise]) -> Iterator[str]:
    quantize = recipe.quantize
    if quantize.mode is QuantizeMode.PTQ and quantize.kind in _INTEGERS:
        yield 'Train with quantization in mind: mode = "qat" in [quantize].'
        if quantize.calibration < _ENOUGH_SAMPLES:
            yield (
                f"Calibrate with more samples than {quantize.calibration:,}: calibration = {_ENOUGH_SAMPLES}"
                " in [quantize]."
            )
    if recipe.prune is not None and worst:
        named = ", ".join(layer.name for layer in worst)
        gentler = (
            "remove fewer of its filters" if recipe.prune.kind is PruneKind.STRUCTURED else "prune it less"
        )
        yield f"Leave the worst layers out of pruning ({named}), or {gentler}: [prune.layers]."
    poor = [x.name for x in worst if x.weights_sqnr_db is not None and x.weights_sqnr_db < _POOR_WEIGHTS_DB]
    if poor:
        yield (
            f"The weights themselves are far off in {', '.join(poor)}: few of them are much larger than the "
            "others. Fine-tune with weight_decay, or prune less there."
        )
    if quantize.kind in _INTEGERS:
        yield 'Keep floats where the board has room: kind = "float16" in [quantize].'
