"""The steps of a recipe: what is pruned or clustered in each, and which epochs of fine-tuning follow it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.compress.schedules import find_schedule
from core.recipe import Cluster, Prune, Recipe


@dataclass(frozen=True, slots=True)
class Step:
    """`prune` asks for what is to be gone after this step, `cluster` for shared weights; without both it is
    fine-tuning alone. `epochs` are numbers from 0 over all steps."""

    prune: Prune | None
    epochs: range
    cluster: Cluster | None = None


def plan_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The steps of a recipe: pruning, then clustering with epochs of its own."""
    return (*_pruning_steps(recipe), *_clustering_steps(recipe))


def _clustering_steps(recipe: Recipe) -> tuple[Step, ...]:
    if recipe.cluster is None:
        return ()
    before = recipe.finetune.epochs if recipe.finetune else 0
    epochs = recipe.cluster.finetune_epochs if recipe.finetune else 0
    return (Step(None, range(before, before + epochs), recipe.cluster),)


def total_epochs(recipe: Recipe) -> int:
    """Epochs of all steps together."""
    return sum(len(step.epochs) for step in plan_steps(recipe))


def _pruning_steps(recipe: Recipe) -> tuple[Step, ...]:
    """The epochs are spread evenly; what is over goes to the last steps."""
    epochs = recipe.finetune.epochs if recipe.finetune else 0
    if recipe.prune is None:
        return (Step(None, range(epochs)),) if epochs else ()
    shares = find_schedule(recipe.prune.schedule).amounts(0.0, 1.0, recipe.prune.steps)
    ends = [epochs * number // len(shares) for number in range(len(shares) + 1)]
    return tuple(
        Step(at_share(recipe.prune, share), range(ends[number], ends[number + 1]))
        for number, share in enumerate(shares)
    )


def at_share(prune: Prune, share: float) -> Prune:
    """The same pruning with `share` (0…1) of its final amount: sparsity, threshold and exceptions."""
    return replace(
        prune,
        sparsity=prune.sparsity * share,
        threshold=None if prune.threshold is None else prune.threshold * share,
        layers={layer: fraction * share for layer, fraction in prune.layers.items()},
    )
