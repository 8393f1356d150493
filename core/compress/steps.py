"""The steps of a recipe: what is pruned or clustered in each, and which epochs of training follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from core.compress.schedules import find_schedule
from core.recipe import Cluster, Prune, Recipe, Training


class Phase(Enum):
    """What the epochs of a step are for."""

    TRAIN = "train"
    FINETUNE = "finetune"
    DISTILL = "distill"
    CLUSTER = "cluster"


@dataclass(frozen=True, slots=True)
class Step:
    """`prune` asks for what is to be gone after this step, `cluster` for shared weights; without both it is
    training alone. `epochs` are numbers from 0 over all steps."""

    phase: Phase
    epochs: range
    prune: Prune | None = None
    cluster: Cluster | None = None


def plan_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The steps of a recipe: a baseline from scratch, pruning, then clustering with epochs of its own."""
    return (*_baseline_steps(recipe), *_pruning_steps(recipe), *_clustering_steps(recipe))


def options_of(recipe: Recipe, step: Step) -> Training | None:
    """How the epochs of a step train."""
    return recipe.train if step.phase is Phase.TRAIN else recipe.finetune


def schedule_start(recipe: Recipe, step: Step) -> int:
    """The epoch in which the learning rate of a step's options begins: they may span several steps."""
    return 0 if step.phase is Phase.TRAIN else _baseline_epochs(recipe)


def total_epochs(recipe: Recipe) -> int:
    """Epochs of all steps together."""
    return sum(len(step.epochs) for step in plan_steps(recipe))


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
