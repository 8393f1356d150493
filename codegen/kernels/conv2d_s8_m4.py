"""int8 convolution, weights dense, for CPUs with SMLAD: two filters and four pixels at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from codegen.graph import Conv2D, DType, Op, Rounding
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8
from codegen.kernels.conv2d_s8 import Conv2DS8
from codegen.kernels.interleaved import interleaved, largest_totals, scaling_table
from codegen.kernels.requantization import (
    folded_bias,
    multipliers,
    per_channel,
    rounding_field,
    weight_matrix,
)
from codegen.kernels.windows import convolution_window, image_sizes
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu

_PIXELS = 4


class Conv2DS8M4:
    function = "thimble_conv2d_s8_m4"
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        reason = Conv2DS8().refusal(layer)
        if reason is not None:
            return reason
        if cast(Conv2D, layer.op).groups != 1:
            return "has groups"
        _, height, width, _ = layer.output.shape
        if height * width < _PIXELS:
            return "is too small to take several pixels at a time"
        return "changes the scale by 1/2 or more" if _scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Conv2D, layer.op)
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        fields = (
            pointer("weights"), pointer("scaling"),
            *image_sizes(layer),
            *convolution_window(layer, op),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{op.name} was refused")
        words = interleaved(weight_matrix(layer))
        return replace(
            Conv2DS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", words.reshape(-1)),
                ConstantArray("scaling", table.reshape(-1)),
            ),
            cycles=_cycles(layer),
            scratch_bytes=4 * _PIXELS * words.shape[1],
        )


def _scaling(layer: Layer) -> npt.NDArray[Any] | None:
    weights, bias = weight_matrix(layer), folded_bias(layer).data
    multiplier, shift = (per_channel(a, len(weights)).data.tolist() for a in multipliers(layer))
    rounding = cast(Conv2D, layer.op).rounding
    return scaling_table(largest_totals(weights, bias), bias, multiplier, shift, rounding)


def _cycles(layer: Layer) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    _, k_h, k_w, in_c = layer.constant(1).shape
    _, height, width, channels = layer.output.shape
    op = cast(Conv2D, layer.op)
    groups, taps = -(-height * width // _PIXELS), k_h * k_w * in_c
    clamps = activation_range(op.activation, layer.quantization(layer.output)) != (-128, 127)
    two_filters = 20 * -(-taps // 2) + (165 if clamps else 110)
    windows = height * width * (38 * k_h + 2.1 * taps) + _windows_at_border(layer) * 120 * k_h
    return int(groups * (-(-channels // 2) * two_filters + 320) + windows)


def _windows_at_border(layer: Layer) -> int:
    """Windows that reach into the padding or have gaps."""
    op = cast(Conv2D, layer.op)
    _, height, width, _ = layer.output.shape
    inside = 1 if op.dilation == (1, 1) else 0
    for axis, outputs, pad in ((1, height, op.padding.top), (2, width, op.padding.left)):
        start = np.arange(outputs) * op.stride[axis - 1] - pad
        fits = (start >= 0) & (start + layer.constant(1).shape[axis] <= layer.input.shape[axis])
        inside *= int(fits.sum())
    return height * width - inside
