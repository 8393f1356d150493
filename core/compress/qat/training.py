"""Training with fake quantization: what quantization-aware training and fine-tuning after quantization are.

For worker processes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.compress.checkpoint import Checkpoints, Saved
from core.compress.clustering import cluster_model
from core.compress.compressed import Compressed
from core.compress.constraints import Unconstrained
from core.compress.finetune import TrainingState, train
from core.compress.pruners import Pruned, zeros_of
from core.compress.qat.simulated import Style
from core.compress.qat.simulation import Simulation, simulate
from core.compress.reporter import Reporter
from core.compress.steps import Step, aware_training, plan_steps, schedule_start, total_epochs
from core.data import DataSet
from core.data.subset import calibration_images
from core.jobs.context import JobContext
from core.models.keras_copies import architecture_of
from core.recipe import PruneKind, QuantizeMode, Recipe

#: How much of it measuring the ranges is.
_MEASURED = 0.1


def train_quantized(
    compressed: Compressed,
    data: DataSet,
    recipe: Recipe,
    step: Step,
    context: JobContext,
    checkpoints: Checkpoints | None = None,
) -> Compressed:
    """Train the model on with the numbers of int8, for the epochs of `step`; `compressed` is left as it is.

    The ranges of the activations start at what the calibration images reach. In quantization-aware training
    (mode qat) they follow the activations; in fine-tuning after quantization (mode ptq) they stay, and the
    weights adapt to them. With `preserve`, zeros stay zeros and clusters stay clusters. What was interrupted
    goes on after the last epoch of its checkpoint. Raises ThimbleError
    ``cannot-train-quantized`` for a layer without a form in int8, and CancelledByUser at the end of a batch.
    """
    training = context.section(_MEASURED, 1.0)
    saved = _saved(checkpoints, recipe)
    if saved is None:
        begun = _from_the_start(compressed, data, recipe, context.section(0.0, _MEASURED))
    else:
        begun = _taken_up(saved, compressed, recipe, step, training)
    keep = _keeper(checkpoints, recipe, begun)
    done = step.epochs_done(begun.history)
    reporter = Reporter(training, step, begun.kept, total_epochs(recipe), begun.history, keep, done)
    train(
        begun.simulation.model,
        data,
        aware_training(recipe),
        step.epochs[done:],
        recipe.seed,
        recipe.augment if data.has_images else None,  # shifts and flips are of pictures
        begun.kept.constraint,
        reporter.hooks(),
        teacher=compressed.teacher,
        schedule_from=schedule_start(recipe, step),
        state=begun.state,
    )
    simulation = begun.simulation
    return replace(
        compressed, model=simulation.trained(), history=tuple(begun.history), simulation=simulation
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Begun:
    """Training with fake quantization when it begins, or where it goes on: `kept` is what has to hold, and
    `state` that of its last epoch."""

    simulation: Simulation
    kept: Pruned
    history: list[dict[str, Any]]
    state: TrainingState | None = None


def _saved(checkpoints: Checkpoints | None, recipe: Recipe) -> Saved | None:
    """The checkpoint, when it is of this training, which comes behind all other steps."""
    saved = checkpoints.last() if checkpoints else None
    return saved if saved and saved.step == len(plan_steps(recipe)) else None


def _from_the_start(compressed: Compressed, data: DataSet, recipe: Recipe, context: JobContext) -> _Begun:
    simulation = _measured(compressed.model, data, recipe, context)
    return _Begun(simulation, _kept(compressed, recipe), list(compressed.history))


def _taken_up(
    saved: Saved, compressed: Compressed, recipe: Recipe, step: Step, training: JobContext
) -> _Begun:
    """Its epochs are told again, for who draws them, and that it goes on."""
    for entry in saved.history[len(compressed.history) :]:
        training.partial("epoch", entry)
    training.resume_at(step.epochs_done(saved.history) / len(step.epochs))
    epoch, epochs = saved.history[-1]["epoch"], total_epochs(recipe)
    training.log(f"going on after epoch {epoch} of {epochs}, where an earlier run was interrupted")
    simulation = _simulated(compressed.model, recipe)  # its ranges are among the weights of the state
    kept = Pruned(compressed.model, saved.sparsity, saved.constraint)
    return _Begun(simulation, kept, list(saved.history), saved.state)


def _keeper(
    checkpoints: Checkpoints | None, recipe: Recipe, begun: _Begun
) -> Callable[[Callable[[], TrainingState]], None]:
    """What is done with the state after each epoch."""

    def keep(state: Callable[[], TrainingState]) -> None:
        if checkpoints is not None:
            number, kept = len(plan_steps(recipe)), begun.kept
            architecture, history = architecture_of(kept.model), tuple(begun.history)
            made = Saved(number, history, architecture, state(), kept.sparsity, kept.constraint)
            checkpoints.save(made)

    return keep


def _measured(model: Any, data: DataSet, recipe: Recipe, context: JobContext) -> Simulation:
    """The model with fake quantization, its ranges those that the calibration images reach."""

    def after_batch(done: int, total: int) -> None:
        context.check_cancelled()
        context.progress(done / total, f"Measuring ranges, image {done} of {total}")

    simulation = _simulated(model, recipe)
    simulation.measure(calibration_images(data, recipe.quantize.calibration, recipe.seed), after_batch)
    return simulation


def _simulated(model: Any, recipe: Recipe) -> Simulation:
    follows = recipe.quantize.mode is QuantizeMode.QAT
    return simulate(model, Style(rounds_weights=True, ranges_follow=follows))


def _kept(compressed: Compressed, recipe: Recipe) -> Pruned:
    """The model and what has to hold of its weights, read off them: they may come from a file."""
    sparsity = compressed.history[-1]["sparsity"] if compressed.history else 0.0
    makes_zeros = recipe.prune is not None and recipe.prune.kind is PruneKind.ELEMENT
    if not recipe.quantize.preserve:
        return Pruned(compressed.model, 0.0 if makes_zeros else sparsity)
    if recipe.cluster is not None:  # finds the clusters that are there already, zeros too
        return Pruned(compressed.model, sparsity, cluster_model(compressed.model, recipe.cluster)[1])
    return Pruned(compressed.model, sparsity, zeros_of(compressed.model) if makes_zeros else Unconstrained())
