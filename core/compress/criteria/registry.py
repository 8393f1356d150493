"""Every criterion; a new one is a file and a line here."""

from __future__ import annotations

from dataclasses import replace

from core import recipe
from core.compress.criteria.activation import Activity
from core.compress.criteria.base import Criterion, Needs
from core.compress.criteria.gradient import Gradient
from core.compress.criteria.l1 import L1
from core.compress.criteria.l2 import L2
from core.compress.criteria.magnitude import Magnitude
from core.compress.criteria.random import Random
from core.errors import ThimbleError

CRITERIA: dict[recipe.Criterion, Criterion] = {
    recipe.Criterion.MAGNITUDE: Magnitude(),
    recipe.Criterion.L1: L1(),
    recipe.Criterion.L2: L2(),
    recipe.Criterion.GRADIENT: Gradient(),
    recipe.Criterion.ACTIVATION: Activity(),
    recipe.Criterion.RANDOM: Random(),
}


def serves(kind: recipe.Criterion, pruning: recipe.PruneKind) -> bool:
    """Whether a criterion can rank what this kind of pruning takes away."""
    return pruning is recipe.PruneKind.STRUCTURED or CRITERIA[kind].scores_weights


def find_criterion(prune: recipe.Prune) -> Criterion:
    """The criterion that a recipe asks for.

    Raises ThimbleError ``criterion-does-not-fit`` when it cannot rank what is to be pruned.
    """
    if not serves(prune.criterion, prune.kind):
        known = ", ".join(kind.value for kind in CRITERIA if serves(kind, prune.kind))
        raise ThimbleError(
            "criterion-does-not-fit",
            f"the criterion {prune.criterion.value} ranks filters and neurons, not single weights",
            f'use kind = "structured" in [prune], or one of these criteria: {known}',
        )
    return CRITERIA[prune.criterion]


def ranked_without_data(prune: recipe.Prune) -> recipe.Prune:
    """The same pruning with a ranking that the weights alone give: by magnitude where data are needed.

    For estimates before the data are there. How much goes is the same; where it goes may differ.
    Raises ThimbleError as `find_criterion` does.
    """
    if find_criterion(prune).needs is Needs.NOTHING:
        return prune
    return replace(prune, criterion=recipe.Criterion.MAGNITUDE)
