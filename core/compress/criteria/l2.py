"""The L2 norm."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array


class L2:
    about = "root of the sum of the squared weights"

    def scores(self, weights: Array, rng: np.random.Generator) -> Array:
        return np.asarray(np.sqrt(np.square(weights, dtype=np.float64).sum(axis=0)))
