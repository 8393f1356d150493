"""The L1 norm (Li et al. 2017, Pruning Filters for Efficient ConvNets)."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs


class L1:
    about = "sum of the absolute weights"
    needs = Needs.NOTHING
    scores_weights = True

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        return np.asarray(np.abs(weights).sum(axis=0, dtype=np.float64))
