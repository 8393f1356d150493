"""The average percentage of zeros, APoZ (Hu et al. 2016, Network Trimming): what rarely fires goes first."""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs, required


class Activity:
    about = "share of outputs that are not zero after the activation, on the training data"
    needs = Needs.ACTIVITY
    scores_weights = False

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        return np.asarray(required(evidence).mean(axis=0, dtype=np.float64))
