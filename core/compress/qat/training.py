"""Training with fake quantization: what quantization-aware training and fine-tuning after quantization are.

For worker processes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from core.compress.clustering import cluster_model
from core.compress.compressed import Compressed
from core.compress.constraints import Unconstrained
from core.compress.finetune import train
from core.compress.pruners import Pruned, zeros_of
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
    kept = _kept(compressed, recipe)
    history = list(compressed.history)
    reporter = Reporter(
        context.section(_MEASURED, 1.0),
        step,
        kept,
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
        kept.constraint,
        reporter.hooks(),
        teacher=compressed.teacher,
        schedule_from=schedule_start(recipe, step),
    )
    return replace(compressed, model=simulation.trained(), history=tuple(history), simulation=simulation)


def _measured(model: Any, data: DataSet, recipe: Recipe, context: JobContext) -> Simulation:
    """The model with fake quantization, its ranges those that the calibration images reach."""

    def after_batch(done: int, total: int) -> None:
        context.check_cancelled()
        context.progress(done / total, f"Measuring ranges, image {done} of {total}")

    follows = recipe.quantize.mode is QuantizeMode.QAT
    simulation = simulate(model, Style(rounds_weights=True, ranges_follow=follows))
    simulation.measure(calibration_images(data, recipe.quantize.calibration, recipe.seed), after_batch)
    return simulation


def _kept(compressed: Compressed, recipe: Recipe) -> Pruned:
    """The model and what has to hold of its weights, read off them: they may come from a file."""
    sparsity = compressed.history[-1]["sparsity"] if compressed.history else 0.0
    makes_zeros = recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT
    if not recipe.quantize.preserve:
        return Pruned(compressed.model, 0.0 if makes_zeros else sparsity)
    if recipe.cluster is not None:  # finds the clusters that are there already, zeros too
        return Pruned(compressed.model, sparsity, cluster_model(compressed.model, recipe.cluster)[1])
    return Pruned(compressed.model, sparsity, zeros_of(compressed.model) if makes_zeros else Unconstrained())
