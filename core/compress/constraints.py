"""What must stay true of a model's weights while it is fine-tuned. For worker processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Factors = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int32]


class Constraint(Protocol):
    def apply(self, model: Any) -> None:
        """Change the weights of `model` so that it holds again: after each batch."""
        ...


@dataclass(frozen=True, slots=True)
class Unconstrained:
    def apply(self, model: Any) -> None:
        """Every weight is as good as any other."""


@dataclass(frozen=True, slots=True, eq=False)
class Masked:
    """Zeros stay zero: layer, number of the weight in Keras' order, and 0 or 1 for each of its elements."""

    factors: tuple[tuple[str, int, Factors], ...]

    def apply(self, model: Any) -> None:
        for layer, place, factor in self.factors:
            weight = model.get_layer(layer).weights[place]
            weight.assign(weight.value * factor)


@dataclass(frozen=True, slots=True, eq=False)
class Clustered:
    """Weights of a cluster share one value, and zeros stay zero.

    By codebook the places that use it: layer, number of the weight in Keras' order, and the cluster of each
    of its elements; cluster 0 is that of the zeros. The shared value becomes the mean of its members, which
    moves it by the mean of their gradients (Han et al. 2016, Deep Compression, section 3, uses the sum).
    """

    books: tuple[tuple[tuple[str, int, Labels], ...], ...]

    def apply(self, model: Any) -> None:
        for book in self.books:
            weights = [model.get_layer(layer).weights[place] for layer, place, _ in book]
            labels = np.concatenate([labels.reshape(-1) for _, _, labels in book])
            values = np.concatenate([np.asarray(w.numpy(), np.float64).reshape(-1) for w in weights])
            counts = np.bincount(labels)
            means = np.bincount(labels, weights=values) / np.maximum(counts, 1)
            means[0] = 0.0
            shared = means.astype(np.float32)
            for weight, (_, _, own) in zip(weights, book, strict=True):
                weight.assign(shared[own])
