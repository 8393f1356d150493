"""What the loss loses, to first order (Molchanov et al. 2017, Pruning CNNs for Resource Efficient Inference).

Setting a weight w to zero changes the loss by about w · dL/dw. Signs differ from batch to batch, so sizes are
averaged; those of a filter's weights are added up, which bounds the change from removing it.
"""

from __future__ import annotations

import numpy as np

from core.compress.criteria.base import Array, Needs, required


class Gradient:
    about = "absolute weight times gradient of the loss, averaged over batches of the training data"
    needs = Needs.GRADIENTS
    scores_weights = True

    def scores(self, weights: Array, rng: np.random.Generator, evidence: Array | None = None) -> Array:
        change = np.abs(weights) * np.abs(required(evidence))
        return np.asarray(change.sum(axis=0, dtype=np.float64))
