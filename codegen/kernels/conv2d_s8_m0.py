"""int8 convolution, weights dense, for CPUs without a long multiplication: two products in one MULS."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Conv2D, DType, Op, Rounding
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8
from codegen.kernels.conv2d_s8 import Conv2DS8
from codegen.kernels.requantization import (
    folded_bias,
    multipliers,
    per_channel,
    reach,
    rounding_field,
    weight_matrix,
)
from codegen.kernels.split_requantization import SCALE_REFUSAL, Requantization, Table, split_table
from codegen.kernels.windows import convolution_window, image_sizes
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_PIXELS = 4
#: 128 · this fits in 16 bits with its sign.
_LARGEST_PAIR = 255


class Conv2DS8M0:
    function = "thimble_conv2d_s8_m0"
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def refusal(self, layer: Layer) -> str | None:
        reason = Conv2DS8().refusal(layer)
        if reason is not None:
            return reason
        if cast(Conv2D, layer.op).groups != 1:
            return "has groups"
        _, height, width, _ = layer.output.shape
        weights = weight_matrix(layer)
        half = weights.shape[1] // 2
        if height * width < _PIXELS or half == 0:
            return "is too small to take several pixels and taps at a time"
        magnitudes = np.abs(weights.astype(np.int64))
        if (magnitudes[:, :half] + magnitudes[:, half : 2 * half]).max() > _LARGEST_PAIR:
            return "has weights of -128"
        return SCALE_REFUSAL if _scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        portable = Conv2DS8().lower(layer)
        op = cast(Conv2D, layer.op)
        fields = (
            pointer("weights"), pointer("scaling"),
            *image_sizes(layer),
            *convolution_window(layer, op),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
        )  # fmt: skip
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        weights = weight_matrix(layer)
        return replace(
            portable,
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", paired(weights).reshape(-1)),
                ConstantArray("scaling", table.reshape(-1)),
            ),
            cycles=_cycles(layer),
            scratch_bytes=8 * weights.shape[1] + layer.input.shape[3],
            places_at_once=_PIXELS,
        )


def paired(weights: Int8Matrix) -> Int8Matrix:
    """``[outputs, taps]``: tap i beside tap i + taps / 2, the last of an odd number at the end."""
    half = weights.shape[1] // 2
    pairs = np.stack([weights[:, :half], weights[:, half : 2 * half]], axis=2)
    return np.concatenate([pairs.reshape(len(weights), -1), weights[:, 2 * half :]], axis=1)


def _scaling(layer: Layer) -> Table | None:
    """``[channels, 4]``: bias and a scale."""
    multiplier, shift = (per_channel(a, len(weight_matrix(layer))).data.tolist() for a in multipliers(layer))
    output = layer.quantization(layer.output)
    op = cast(Conv2D, layer.op)
    low, high = activation_range(op.activation, output)
    bias = folded_bias(layer).data
    requantization = Requantization(
        tuple(multiplier), tuple(shift), output.zero_point[0], low, high, op.rounding,
        reach(weight_matrix(layer), bias),
    )  # fmt: skip
    table = split_table(requantization)
    if table is not None:
        table[:, 0] += bias
    return table


def _cycles(layer: Layer) -> int:
    """Fitted to counts of single layers on the virtual board."""
    taps = weight_matrix(layer).shape[1]
    _, k_h, k_w, _ = layer.constant(1).shape
    whole, border = _groups(layer)
    outputs = (whole + border) * layer.output.shape[3]
    runs = whole * k_h + border * k_h * k_w
    return int(outputs * (192 + 49 * taps // 4) + (whole + border) * (217 + 21 * taps) + 250 * runs)


def _groups(layer: Layer) -> tuple[int, int]:
    """Groups of pixels whose windows all lie inside the image and are without gaps, and the other groups."""
    op = cast(Conv2D, layer.op)
    _, height, width, _ = layer.output.shape
    inside = np.ones((height, width), np.bool_)
    pads = (op.padding.top, op.padding.left)
    for axis, outputs in enumerate((height, width)):
        start = np.arange(outputs) * op.stride[axis] - pads[axis]
        fits = (start >= 0) & (start + layer.constant(1).shape[axis + 1] <= layer.input.shape[axis + 1])
        inside &= fits[:, None] if axis == 0 else fits[None, :]
    if op.dilation != (1, 1):
        inside[:] = False
    pixels = inside.reshape(-1)
    firsts = np.minimum(np.arange(0, len(pixels), _PIXELS), len(pixels) - _PIXELS)
    whole = int(pixels[firsts[:, None] + np.arange(_PIXELS)].all(axis=1).sum())
    return whole, len(firsts) - whole
