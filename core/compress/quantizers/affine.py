"""Unsigned affine quantization to 8 bits: f(x) = clamp(round(x / s) + zp, 0, 255), s = (max − min) / 255.

Deutel et al. 2022, Energy-efficient Deployment of Deep Learning Applications on Cortex-M based
Microcontrollers using Deep Compression, section 3.2; halves round to even, as in ONNX.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

_LARGEST = 255
#: Below this lie no signals but what is left of zeros; kernels cannot compute with such scales.
_LEAST_SCALE = 1e-8
#: The zero point of weights, half way: what is zero stays zero as a signed integer 128 lower.
MIDDLE = 128


@dataclass(frozen=True, slots=True, eq=False)
class Affine:
    """`scale` float32 and `zero_point` uint8: of shape ``[]``, or one for each place along an axis."""

    scale: Array
    zero_point: Array


def affine(low: float, high: float) -> Affine:
    """For values from `low` to `high`; the range is widened to hold 0, so that 0 is exact."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = _no_smaller(np.asarray((high - low) / _LARGEST, np.float32), 1.0)
    return Affine(scale, np.asarray(np.clip(np.rint(-low / scale), 0, _LARGEST), np.uint8))


def affine_weights(weights: Array, axis: int | None) -> Affine:
    """For weights in the range from −128 s to 127 s, one for each place along `axis`, or one for all.

    So a pruned weight is the integer that boards skip, and their kernels need no zero point. A channel of
    zeros gets the scale of the largest, fine enough for its bias.
    """
    others = tuple(n for n in range(weights.ndim) if n != axis) if axis is not None else None
    largest = np.asarray(np.abs(weights).max(axis=others, initial=0.0), np.float32)
    largest = _no_smaller(largest, float(largest.max(initial=0.0)) or 1.0)
    return Affine(largest / np.float32(_LARGEST - MIDDLE), np.full(largest.shape, MIDDLE, np.uint8))


def _no_smaller(scale: Array, otherwise: float) -> Array:
    """Scales to compute with: for nothing but zeros, any will do."""
    return np.asarray(np.where(scale < _LEAST_SCALE, otherwise, scale), np.float32)


def quantized(values: Array, by: Affine, axis: int | None = None) -> Array:
    """The integers, uint8 and of the shape of `values`; `axis` is the one that scales lie along."""
    shape = [-1 if n == axis else 1 for n in range(values.ndim)] if by.scale.ndim else []
    scale, zero = by.scale.reshape(shape), by.zero_point.reshape(shape)
    steps = np.rint(values / scale) + zero
    return np.asarray(np.clip(steps, 0, _LARGEST), np.uint8)
