"""The mean absolute weight."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array


class Magnitude:
    about = "mean absolute weight"

    def scores(self, weights: Array, rng: np.random.Generator) -> Array:
        return np.asarray(np.abs(weights).mean(axis=0, dtype=np.float64))
