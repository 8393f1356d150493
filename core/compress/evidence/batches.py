"""A sample of the training data in batches of one size. NumPy alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.data import DataSet

#: Rankings hardly change with more; a pruning step stays quick.
_MOST_SAMPLES = 512
_BATCH = 32


@dataclass(frozen=True, slots=True)
class Batches:
    """Up to 512 training samples, chosen by the seed; iterating gives images (NHWC) and labels.

    Every batch is full, the last one filled up from the start, so that TensorFlow compiles once.
    `after_batch` is called after each, and may raise to stop.
    """

    data: DataSet
    seed: int
    after_batch: Callable[[], None]

    def __iter__(self) -> Iterator[tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]]:
        order = np.random.default_rng(self.seed).permutation(len(self.data.x_train))[:_MOST_SAMPLES]
        size = min(_BATCH, len(order))
        for start in range(0, len(order), size):
            chosen = np.take(order, range(start, start + size), mode="wrap")
            yield self.data.x_train[chosen], self.data.y_train[chosen]
            self.after_batch()
