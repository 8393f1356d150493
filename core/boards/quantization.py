"""Samples in the type that a model reads."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Quantization, Tensor
from core.errors import ThimbleError

Array = npt.NDArray[Any]


def quantize(x: Array, quantization: Quantization, dtype: np.dtype[Any]) -> Array:
    """round(x / scale) + zero point, clamped to `dtype`; halves round away from zero.

    In single precision and with this rounding as in TFLite (`AffineQuantize` of its reference kernels).
    `quantization` is per tensor.
    """
    with np.errstate(over="ignore"):  # what becomes infinite is clamped
        ratio = np.asarray(x, np.float32) / np.float32(quantization.scale[0])
    rounded = np.trunc(ratio + np.copysign(np.float32(0.5), ratio), dtype=np.float32)
    # The largest single-precision number below one half, plus one half, would come out as 1.
    rounded = np.where(np.abs(ratio) < np.float32(0.5), np.float32(0), rounded)
    limits = np.iinfo(dtype)
    shifted = rounded.astype(np.float64) + quantization.zero_point[0]
    return np.clip(shifted, limits.min, limits.max).astype(dtype)


def _same_layout(given: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    """Whether the elements come in the same order: axes of length 1 do not matter, and a flat sample does."""
    if len(given) == 1:
        return given[0] == math.prod(wanted)
    return [n for n in given if n != 1] == [n for n in wanted if n != 1]


def to_model_input(x: Array, tensor: Tensor, file_shape: tuple[int, ...] | None = None) -> Array:
    """Samples (first axis) in the type of the model's input `tensor`; float samples are quantized.

    Returns an array ``[samples, *shape[1:]]`` of the tensor's type, its shape being `file_shape` (in another
    layout, when the model's file has one) or else the tensor's. Raises ThimbleError ``bad-input`` when the
    shape or the type does not fit, or values are not numbers.
    """
    x = np.asarray(x)
    wanted = (file_shape or tensor.shape)[1:]
    if x.ndim == 0 or len(x) == 0 or not _same_layout(x.shape[1:], wanted):
        expected = ", ".join(map(str, ("samples", *wanted)))
        raise ThimbleError(
            "bad-input",
            f"the input has the shape {list(x.shape)}, but this model reads [{expected}]",
            "give an array in the model's own layout whose first axis counts the samples",
        )
    x = np.ascontiguousarray(x.reshape(len(x), *wanted))
    if x.dtype == tensor.dtype.numpy:
        return x
    if not np.issubdtype(x.dtype, np.floating):
        raise ThimbleError(
            "bad-input",
            f"the input is {x.dtype}, but the model reads {tensor.dtype.value}",
            f"give {tensor.dtype.value}, or float values, which are quantized first",
        )
    if not np.all(np.isfinite(x)):
        raise ThimbleError("bad-input", "the input contains values that are not numbers", "remove them")
    if tensor.quantization is None:
        return x.astype(tensor.dtype.numpy)
    return quantize(x, tensor.quantization, tensor.dtype.numpy)
