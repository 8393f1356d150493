"""The L2 norm."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs


class L2:
    about = "root of the sum of the squared weights"
    needs = Needs.NOTHING
    scores_weights = True

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        return np.asarray(np.sqrt(np.square(weights, dtype=np.float64).sum(axis=0)))
