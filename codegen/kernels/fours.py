"""Float weights as the Cortex-M4F's kernels read them: those of four filters, or channels, side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from codegen.graph import Activation
from codegen.kernels.base import Layer
from codegen.kernels.floats import float_bias
from codegen.kernels.windows import windows_inside

FOUR = 4
#: The host's, for which there is room in scratch memory; the boards' are of 4.
POINTER_BYTES = 8


def fours_of_filters(layer: Layer) -> npt.NDArray[np.float32]:
    """``[filters / 4, rounded up, 1 + taps, 4]``: the biases of four filters, then each tap's weights. What
    the last four lack is 0."""
    weights = np.asarray(layer.constant(1), np.float32)
    filters = len(weights)
    rows = np.column_stack([float_bias(layer, filters).data, weights.reshape(filters, -1)])
    whole = np.pad(rows, ((0, -filters % FOUR), (0, 0)))
    return np.ascontiguousarray(whole.reshape(-1, FOUR, rows.shape[1]).transpose(0, 2, 1))


def groups_inside(layer: Layer) -> tuple[int, int]:
    """How many groups of four pixels have all their windows inside the image, and how many have not. The last
    group begins early where it would go beyond the end."""
    inside = windows_inside(layer).reshape(-1)
    starts = np.minimum(np.arange(0, len(inside), FOUR), len(inside) - FOUR)
    whole = int(np.all([inside[starts + n] for n in range(FOUR)], axis=0).sum())
    return whole, len(starts) - whole


def unusual_clamp(activation: Activation) -> str | None:
    """Why these kernels cannot clamp so: they know none, and those that begin at 0."""
    low, _ = activation.limits
    return None if low in (0.0, -np.inf) else f"clamps at {low:g}"


def fours_of_channels(layer: Layer) -> npt.NDArray[np.float32]:
    """``[channels / 4, rounded up, 1 + taps, 4]`` of a depthwise convolution: the biases of four channels,
    then each tap's weights. The last four are the last four channels, some of them perhaps a second time."""
    weights = np.asarray(layer.constant(1), np.float32)
    channels = weights.shape[-1]
    rows = np.vstack([float_bias(layer, channels).data, weights.reshape(-1, channels)])
    starts = [min(start, channels - FOUR) for start in range(0, channels, FOUR)]
    return np.stack([rows[:, start : start + FOUR] for start in starts])


def four_rows_at_a_time(weights: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """``[rows, inputs]``, four rows side by side, then the last one to three rows as they are; flat."""
    rows, inputs = weights.shape
    whole = rows // FOUR * FOUR
    fours = weights[:whole].reshape(-1, FOUR, inputs).transpose(0, 2, 1)
    return np.concatenate([fours.reshape(-1), weights[whole:].reshape(-1)])
