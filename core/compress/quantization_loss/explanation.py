"""How much accuracy quantization alone cost, and which layers it hurt. For worker processes."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.compress.pruners import PRUNERS
from core.compress.quantization_loss.advice import what_to_try
from core.compress.quantization_loss.noise import LayerNoise, layer_noise
from core.compress.quantization_loss.probes import open_pair
from core.compress.steps import aware_epochs
from core.data import DataSet
from core.data.subset import calibration_images
from core.evaluate import Evaluation
from core.jobs.context import JobContext
from core.models.keras_graph import graph_of_model
from core.recipe import Recipe

#: Calibration samples on which the layers are compared.
_SAMPLES = 32
_WORST = 3


@dataclass(frozen=True, slots=True)
class QuantizationLoss:
    """Accuracies of the compressed model on the test data, in floats and as deployed, and its mean
    cross-entropy in floats (nats); ratios of the layers on
    `samples` of the calibration samples; the names of the `worst` layers, and sentences on what to try."""

    accuracy_float: float
    accuracy_quantized: float
    loss_float: float
    samples: int
    layers: tuple[LayerNoise, ...]
    worst: tuple[str, ...]
    suggestions: tuple[str, ...]
    #: Whether the network was trained with this rounding: then its layers are compared with its own trained
    #: weights in floats, without the ranges of the training, and what these cut off counts as noise.
    trained: bool = False

    @property
    def lost(self) -> float:
        """Accuracy lost by quantization alone; negative where it was won."""
        return self.accuracy_float - self.accuracy_quantized

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**dataclasses.asdict(self), "lost": self.lost}


def explain(
    model: Any,
    deployed: Path,
    data: DataSet,
    recipe: Recipe,
    evaluations: tuple[Evaluation, Evaluation],
    context: JobContext,
) -> QuantizationLoss:
    """`model` is the float Keras model that was quantized into the file `deployed`; `evaluations` are of it
    and of the file.

    `context` takes progress 0…1. Raises CancelledByUser after a sample, and ThimbleError.
    """
    context.progress(0.0, "Looking for what quantization cost")
    samples = calibration_images(data, min(_SAMPLES, recipe.quantize.calibration), recipe.seed)
    real, quantized = open_pair(model, deployed)
    done = 0

    def after_sample() -> None:
        nonlocal done
        done += 1
        context.check_cancelled()
        context.progress(0.3 + 0.7 * done / len(samples), "Comparing the layers with float ones")

    layers = layer_noise(real, quantized, samples, after_sample)
    before, after = evaluations
    worst = _worst(layers)
    lost = before.accuracy - after.accuracy
    return QuantizationLoss(
        before.accuracy,
        after.accuracy,
        before.loss,
        len(samples),
        tuple(layers),
        tuple(layer.name for layer in worst),
        what_to_try(recipe, lost, worst, _prunable(model, recipe)),
        aware_epochs(recipe.quantize) > 0,
    )


def _prunable(model: Any, recipe: Recipe) -> frozenset[str]:
    """The layers that the recipe could prune less."""
    if recipe.prune is None:
        return frozenset()
    left_out = {layer for layer, share in recipe.prune.layers.items() if share == 0.0}
    return PRUNERS[recipe.prune.kind].layers(graph_of_model(model)) - left_out


def _worst(layers: list[LayerNoise]) -> list[LayerNoise]:
    """The layers with weights whose outputs have the lowest ratios, the worst first."""
    weighted = [x for x in layers if x.weights_sqnr_db is not None and x.sqnr_db is not None]
    return sorted(weighted, key=lambda layer: layer.sqnr_db or 0.0)[:_WORST]
