"""Parts of a data set: what calibrates a quantization, and what is shown to people."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from core.data.dataset import DataSet
from core.data.samples import FloatArray


def calibration_images(data: DataSet, count: int, seed: int) -> FloatArray:
    """`count` training images (or all, when there are fewer) in an order that the seed decides."""
    order = np.random.default_rng(seed).permutation(len(data.x_train))
    images: FloatArray = data.x_train[order[:count]]
    return images


def examples_of_each_class(labels: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Indices of `count` samples that take the classes in turn: the first of each, the second of each, …"""
    turn = np.zeros(len(labels), np.int64)
    for label in np.unique(labels):
        places = np.flatnonzero(labels == label)
        turn[places] = np.arange(len(places))
    return np.lexsort((labels, turn))[:count]
