"""int8 depthwise convolution for CPUs without a long multiplication."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import DepthwiseConv2D, DType, Op, Rounding
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u8, u16
from codegen.kernels.depthwise_conv2d_s8 import DepthwiseConv2DS8
from codegen.kernels.requantization import multipliers, per_channel, reach, rounding_field
from codegen.kernels.split_requantization import SCALE_REFUSAL, Requantization, Table, split_table
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu


class DepthwiseConv2DS8M0:
    function = "thimble_depthwise_conv2d_s8_m0"
    serves: type[Op] = DepthwiseConv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def refusal(self, layer: Layer) -> str | None:
        reason = DepthwiseConv2DS8().refusal(layer)
        if reason is not None:
            return reason
        if layer.input.shape[3] != layer.output.shape[3]:
            return "has several output channels an input channel"
        return SCALE_REFUSAL if _scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(DepthwiseConv2D, layer.op)
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        _, in_h, in_w, channels = layer.input.shape
        _, out_h, out_w, _ = layer.output.shape
        _, k_h, k_w, _ = layer.constant(1).shape
        fields = (
            pointer("weights"), pointer("bias"), pointer("scaling"),
            u16("in_height", in_h), u16("in_width", in_w), u16("channels", channels),
            u16("out_height", out_h), u16("out_width", out_w),
            u8("kernel_height", k_h), u8("kernel_width", k_w),
            u8("stride_height", op.stride[0]), u8("stride_width", op.stride[1]),
            u8("dilation_height", op.dilation[0]), u8("dilation_width", op.dilation[1]),
            u8("pad_top", op.padding.top), u8("pad_left", op.padding.left),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
        )  # fmt: skip
        return replace(
            DepthwiseConv2DS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", np.ascontiguousarray(_filters(layer)).reshape(-1)),
                ConstantArray("bias", table[:, 0]),
                ConstantArray("scaling", table[:, 1:].reshape(-1)),
            ),
            cycles=_cycles(layer),
            scratch_bytes=(4 + k_h * k_w) * channels,
        )


def _filters(layer: Layer) -> Int8Matrix:
    """``[channels, taps]``"""
    return layer.constant(1).reshape(-1, layer.output.shape[3]).T


def _scaling(layer: Layer) -> Table | None:
    """``[channels, 4]``: bias and a scale."""
    channels, weights = layer.output.shape[3], _filters(layer)
    multiplier, shift = (per_channel(a, channels).data.tolist() for a in multipliers(layer))
    output = layer.quantization(layer.output)
    op = cast(DepthwiseConv2D, layer.op)
    low, high = activation_range(op.activation, output)
    given = layer.constant(2).astype(np.int64) if len(op.inputs) > 2 else np.zeros(channels, np.int64)
    bias = given - layer.quantization(layer.input).zero_point[0] * weights.astype(np.int64).sum(axis=1)
    requantization = Requantization(
        tuple(multiplier), tuple(shift), output.zero_point[0], low, high, op.rounding, reach(weights, bias)
    )
    table = split_table(requantization)
    if table is not None:
        table[:, 0] += bias.astype(np.int32)
    return table


def _cycles(layer: Layer) -> int:
    """Fitted to counts of single layers on the virtual board."""
    _, height, width, channels = layer.output.shape
    _, k_h, k_w, _ = layer.constant(1).shape
    lines = k_h * (7 + (22 if k_w == 3 else 25 * k_w // 2))
    border = (height * width - _whole_windows(layer)) * k_h * k_w
    return int(height * width * (channels * (92 + lines) + 160) + border * (27 * channels // 2 + 53))


def _whole_windows(layer: Layer) -> int:
    """Output pixels whose window lies inside the image."""
    op = cast(DepthwiseConv2D, layer.op)
    count = 1
    for axis, pad in enumerate((op.padding.top, op.padding.left)):
        start = np.arange(layer.output.shape[axis + 1]) * op.stride[axis] - pad
        size = (layer.constant(1).shape[axis + 1] - 1) * op.dilation[axis] + 1
        count *= int(((start >= 0) & (start + size <= layer.input.shape[axis + 1])).sum())
    return count
