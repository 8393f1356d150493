"""The order of pixels in both versions of CIFAR."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

SIDE = 32
CHANNELS = 3
IMAGE_BYTES = CHANNELS * SIDE * SIDE


def nhwc_of_planes(rows: npt.NDArray[Any]) -> npt.NDArray[np.uint8] | None:
    """uint8 ``[count, 3072]`` in colour planes as ``[count, 32, 32, 3]``; None when it is something else."""
    if rows.ndim != 2 or rows.shape[1] != IMAGE_BYTES or rows.dtype != np.uint8:
        return None
    planes: npt.NDArray[np.uint8] = rows.reshape(-1, CHANNELS, SIDE, SIDE)
    return planes.transpose(0, 2, 3, 1)
