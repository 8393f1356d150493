"""Random scores: the baseline that every criterion has to beat."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array


class Random:
    about = "at random, as a baseline"

    def scores(self, weights: Array, rng: np.random.Generator) -> Array:
        return np.asarray(rng.random(weights.shape[1]))
