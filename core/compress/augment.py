"""Augmentation: small changes to training images that do not change what they show. NumPy alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.data.samples import FloatArray
from core.recipe import Augment


def augment(
    images: FloatArray, options: Augment, rng: np.random.Generator, blank: Sequence[float] = (0.0,)
) -> FloatArray:
    """`images` (NHWC), each shifted and flipped at random; what is shifted in is `blank`: scaled black."""
    if options.shift > 0.0:
        images = _shifted(images, options.shift, rng, blank)
    if options.flip:
        flipped = rng.random(len(images)) < 0.5
        images = np.where(flipped[:, None, None, None], images[:, :, ::-1], images)
    return images


def _shifted(
    images: FloatArray, share: float, rng: np.random.Generator, blank: Sequence[float]
) -> FloatArray:
    count, height, width, channels = images.shape
    reach_y, reach_x = round(share * height), round(share * width)
    padded = np.empty((count, height + 2 * reach_y, width + 2 * reach_x, channels), images.dtype)
    padded[:] = np.asarray(blank, images.dtype)
    padded[:, reach_y : reach_y + height, reach_x : reach_x + width] = images
    tops = rng.integers(0, 2 * reach_y + 1, count)
    lefts = rng.integers(0, 2 * reach_x + 1, count)
    rows = tops[:, None] + np.arange(height)
    columns = lefts[:, None] + np.arange(width)
    shifted: FloatArray = padded[np.arange(count)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return shifted
