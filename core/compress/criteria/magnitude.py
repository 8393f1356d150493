"""The mean absolute weight."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs


class Magnitude:
    about = "mean absolute weight"
    needs = Needs.NOTHING
    scores_weights = True

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        return np.asarray(np.abs(weights).mean(axis=0, dtype=np.float64))
