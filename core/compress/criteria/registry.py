"""Every criterion; a new one is a file and a line here."""

from __future__ import annotations

from core import recipe
from core.compress.criteria.base import Criterion
from core.compress.criteria.l1 import L1
from core.compress.criteria.l2 import L2
from core.compress.criteria.magnitude import Magnitude
from core.compress.criteria.random import Random
from core.errors import ThimbleError

CRITERIA: dict[recipe.Criterion, Criterion] = {
    recipe.Criterion.MAGNITUDE: Magnitude(),
    recipe.Criterion.L1: L1(),
    recipe.Criterion.L2: L2(),
    recipe.Criterion.RANDOM: Random(),
}


def find_criterion(kind: recipe.Criterion) -> Criterion:
    """The criterion that a recipe asks for. Raises ThimbleError ``not-there-yet``."""
    try:
        return CRITERIA[kind]
    except KeyError:
        known = ", ".join(known.value for known in CRITERIA)
        raise ThimbleError(
            "not-there-yet", f"the criterion {kind.value} is not there yet", f"use one of these: {known}"
        ) from None
