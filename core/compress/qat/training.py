"""Training with fake quantization: what quantization-aware training and fine-tuning after quantization are.

For worker processes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.compress.compressed import Compressed
from core.compress.constraints import Constraint, Unconstrained
from core.compress.finetune import train
from core.compress.pruners import Pruned
from core.compress.qat.simulated import Style
from core.compress.qat.simulation import Simulation, simulate
from core.compress.reporter import Reporter
from core.compress.steps import Step, aware_training, schedule_start, total_epochs
from core.data import DataSet
from core.data.subset import calibration_images
from core.jobs.context import JobContext
from core.recipe import PruneKind, QuantizeMode, Recipe

#: How much of it measuring the ranges is.
_MEASURED = 0.1


def train_quantized(
    compressed: Compressed, data: DataSet, recipe: Recipe, step: Step, context: JobContext
) -> Compressed:
    """Train the model on with the numbers of int8, for the epochs of `step`; `compressed` is left as it is.

    The ranges of the activations start at what the calibration images reach. In quantization-aware training
    (mode qat) they follow the activations; in fine-tuning after quantization (mode ptq) they stay, and the
    weights adapt to them. With `preserve`, zeros stay zeros and clusters stay clusters. Raises ThimbleError
    ``cannot-train-quantized`` for a layer without a form in int8, and CancelledByUser at the end of a batch.
    """
    simulation = _measured(compressed.model, data, recipe, context.section(0.0, _MEASURED))
    constraint, sparsity = _kept(compressed, recipe)
    history = list(compressed.history)
    reporter = Reporter(
        context.section(_MEASURED, 1.0),
        step,
        Pruned(compressed.model, sparsity, constraint),
        total_epochs(recipe),
        history,
        lambda state: None,
    )
    train(
        simulation.model,
        data,
        aware_training(recipe),
        step.epochs,
        recipe.seed,
        recipe.augment if data.has_images else None,  # shifts and flips are of pictures
        constraint,
        reporter.hooks(),
        teacher=compressed.teacher,
        schedule_from=schedule_start(recipe, step),
    )
    return replace(
        compressed,
        model=simulation.trained(),
        history=tuple(history),
        sparsity=sparsity,
        constraint=constraint,
        simulation=simulation,
    )


def _measured(model: Any, data: DataSet, recipe: Recipe, context: JobContext) -> Simulation:
    """The model with fake quantization, its ranges those that the calibration images reach."""

    def after_batch(done: int, total: int) -> None:
        context.check_cancelled()
        context.progress(done / total, f"Measuring ranges, image {done} of {total}")

    follows = recipe.quantize.mode is QuantizeMode.QAT
    simulation = simulate(model, Style(rounds_weights=True, ranges_follow=follows))
    simulation.measure(calibration_images(data, recipe.quantize.calibration, recipe.seed), after_batch)
    return simulation


def _kept(compressed: Compressed, recipe: Recipe) -> tuple[Constraint, float]:
    """What has to hold of the weights, and the sparsity that is left then."""
    if recipe.quantize.preserve:
        return compressed.constraint, compressed.sparsity
    makes_zeros = recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT
    return Unconstrained(), 0.0 if makes_zeros else compressed.sparsity
