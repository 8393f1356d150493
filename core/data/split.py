"""The one way in which a whole set is split, so that every command sees the same test images."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

SPLIT_SEED = 0


def stratified_split(
    labels: npt.NDArray[Any], test: int | float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Indices for training and for testing, each class in the same proportion, always the same.

    `test` is a count, or a fraction in 0…1. Raises ValueError when a class has fewer than two samples.
    """
    from sklearn.model_selection import train_test_split

    train_indices, test_indices = train_test_split(
        np.arange(len(labels)), test_size=test, stratify=labels, random_state=SPLIT_SEED
    )
    return train_indices, test_indices
