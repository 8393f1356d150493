"""Random scores: the baseline that every criterion has to beat."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs


class Random:
    about = "at random, as a baseline"
    needs = Needs.NOTHING
    scores_weights = True

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        return np.asarray(rng.random(weights.shape[1]))
