"""The steps of a recipe: what is pruned or clustered in each, and which epochs of training follow it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from core.compress.schedules import find_schedule
from core.recipe import Cluster, Engine, Prune, Quantize, QuantizeMode, Recipe, Training

#: Quantization-aware training that does not say how long it lasts: what is trained already needs few epochs.
_AWARE_EPOCHS = 2
#: Its options where the recipe has no [finetune]: small steps.
_AWARE_TRAINING = Training(learning_rate=0.0001)


class Phase(Enum):
    """What the epochs of a step are for."""

    TRAIN = "train"
    FINETUNE = "finetune"
    DISTILL = "distill"
    CLUSTER = "cluster"
    QUANTIZE = "quantize"


@dataclass(frozen=True, slots=True)
class Step:
    """`prune` asks for what is to be gone after this step, `cluster` for shared weights; without both it is
    training alone. `epochs` are numbers from 0 over all steps."""

    phase: Phase
    epochs: range
    prune: Prune | None = None
    cluster: Cluster | None = None

    @property
    def engine(self) -> Engine:
        """What does it, before training with fake quantization."""
        section = self.cluster or self.prune
        return section.engine if section else Engine.OWN

    def epochs_done(self, history: Sequence[Mapping[str, Any]]) -> int:
        """How many of its epochs a history (an entry an epoch, numbered from 1) tells of."""
        return sum(entry["epoch"] - 1 in self.epochs for entry in history)


def plan_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The steps of a recipe before quantization: a baseline from scratch, pruning, then clustering with
    epochs of its own."""
    return (*_baseline_steps(recipe), *_pruning_steps(recipe), *_clustering_steps(recipe))


def aware_step(recipe: Recipe) -> Step | None:
    """Training with fake quantization, which comes after all other steps, where the recipe asks for it."""
    epochs = aware_epochs(recipe.quantize)
    first = sum(len(step.epochs) for step in plan_steps(recipe))
    return Step(Phase.QUANTIZE, range(first, first + epochs)) if epochs else None


def aware_epochs(quantize: Quantize) -> int:
    """Epochs of training with fake quantization: as asked, or 2 where the mode is qat and no number given."""
    if quantize.mode is QuantizeMode.QAT:
        return quantize.finetune_epochs or _AWARE_EPOCHS
    return quantize.finetune_epochs


def aware_training(recipe: Recipe) -> Training:
    """How training with fake quantization is done: as fine-tuning, or in small steps."""
    return recipe.finetune or _AWARE_TRAINING


def share_before_quantization(recipe: Recipe) -> float:
    """How much of the training, 0…1 by its epochs, is over when training with fake quantization begins."""
    return 1.0 - aware_epochs(recipe.quantize) / max(total_epochs(recipe), 1)


def options_of(recipe: Recipe, step: Step) -> Training | None:
    """How the epochs of a step train."""
    if step.phase is Phase.QUANTIZE:
        return aware_training(recipe)
    return recipe.train if step.phase is Phase.TRAIN else recipe.finetune


def schedule_start(recipe: Recipe, step: Step) -> int:
    """The epoch in which the learning rate of a step's options begins: they may span several steps."""
    return 0 if step.phase is Phase.TRAIN else _baseline_epochs(recipe)


def total_epochs(recipe: Recipe) -> int:
    """Epochs of all steps together, those with fake quantization too."""
    return sum(len(step.epochs) for step in plan_steps(recipe)) + aware_epochs(recipe.quantize)


def epochs_after_baseline(recipe: Recipe) -> int:
    """`total_epochs` without those of [train]."""
    return total_epochs(recipe) - _baseline_epochs(recipe)


def _baseline_epochs(recipe: Recipe) -> int:
    return recipe.train.epochs if recipe.train else 0


def _baseline_steps(recipe: Recipe) -> tuple[Step, ...]:
    return () if recipe.train is None else (Step(Phase.TRAIN, range(recipe.train.epochs)),)


def _pruning_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The epochs are spread evenly; what is over goes to the last steps."""
    epochs = recipe.finetune.epochs if recipe.finetune else 0
    first = _baseline_epochs(recipe)
    phase = Phase.DISTILL if recipe.distill else Phase.FINETUNE
    if recipe.prune is None:
        return (Step(phase, range(first, first + epochs)),) if epochs else ()
    if recipe.prune.engine is Engine.TFMOT:  # which has a schedule of its own inside the training
        return (Step(phase, range(first, first + epochs), recipe.prune),)
    shares = find_schedule(recipe.prune.schedule).amounts(0.0, 1.0, recipe.prune.steps)
    ends = [first + epochs * number // len(shares) for number in range(len(shares) + 1)]
    return tuple(
        Step(phase, range(ends[number], ends[number + 1]), at_share(recipe.prune, share))
        for number, share in enumerate(shares)
    )


def _clustering_steps(recipe: Recipe) -> tuple[Step, ...]:
    if recipe.cluster is None:
        return ()
    first = _baseline_epochs(recipe) + (recipe.finetune.epochs if recipe.finetune else 0)
    epochs = recipe.cluster.finetune_epochs if recipe.finetune else 0
    return (Step(Phase.CLUSTER, range(first, first + epochs), cluster=recipe.cluster),)


def at_share(prune: Prune, share: float) -> Prune:
    """The same pruning with `share` (0…1) of its final amount: sparsity, threshold and exceptions."""
    return replace(
        prune,
        sparsity=prune.sparsity * share,
        threshold=None if prune.threshold is None else prune.threshold * share,
        layers={layer: fraction * share for layer, fraction in prune.layers.items()},
    )
