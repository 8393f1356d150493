"""int8 depthwise convolution for CPUs without a long multiplication: two products in one MULS."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from codegen.graph import DepthwiseConv2D, DType, Op, Rounding
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u16
from codegen.kernels.depthwise_conv2d_s8 import DepthwiseConv2DS8
from codegen.kernels.requantization import multipliers, per_channel, reach, rounding_field
from codegen.kernels.split_requantization import SCALE_REFUSAL, Requantization, Table, split_table
from codegen.kernels.windows import convolution_window
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

#: Two products of an int8 with these fit in 16 bits with their sign.
_LARGEST_PAIR = 255
_WORD = 4


@dataclass(frozen=True, slots=True)
class Strip:
    """What the output is computed in: an upper and a lower half of `half_rows` lines each.

    `lines` and `width` are those of the image that a half sees, padding included.
    """

    half_rows: int
    lines: int
    width: int
    scratch_bytes: int


class DepthwiseConv2DS8M0:
    """In strips as large as fit into `budget_bytes` of scratch memory."""

    function = "thimble_depthwise_conv2d_s8_m0"
    serves: type[Op] = DepthwiseConv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes

    def refusal(self, layer: Layer) -> str | None:
        reason = DepthwiseConv2DS8().refusal(layer)
        if reason is not None:
            return reason
        if layer.input.shape[3] != layer.output.shape[3]:
            return "has several output channels an input channel"
        weights = np.abs(_filters(layer).astype(np.int64))
        pairs = weights[:, 1:-1:2] + weights[:, 2::2]
        if max(weights.max(), pairs.max(initial=0)) > _LARGEST_PAIR:
            return "has weights of -128"
        return SCALE_REFUSAL if _scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(DepthwiseConv2D, layer.op)
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        _, in_h, in_w, channels = layer.input.shape
        _, out_h, out_w, _ = layer.output.shape
        strip = strip_within(self.budget_bytes, layer)
        fields = (
            pointer("weights"), pointer("scaling"),
            u16("in_height", in_h), u16("in_width", in_w), u16("channels", channels),
            u16("out_height", out_h), u16("out_width", out_w),
            u16("half_rows", strip.half_rows),
            *convolution_window(layer, op),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
        )  # fmt: skip
        return replace(
            DepthwiseConv2DS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", np.ascontiguousarray(_filters(layer)).reshape(-1)),
                ConstantArray("scaling", table.reshape(-1)),
            ),
            cycles=_cycles(layer, strip),
            scratch_bytes=strip.scratch_bytes,
        )


def strip_within(budget_bytes: int, layer: Layer) -> Strip:
    """The largest strip whose scratch memory is within the budget, of two lines at least."""
    height = layer.output.shape[1]
    best = _strip(layer, 1)
    for half_rows in range(2, (height + 1) // 2 + 1):
        strip = _strip(layer, half_rows)
        # As many strips with fewer lines each are no slower.
        if strip.scratch_bytes <= budget_bytes and -(-height // half_rows) < -(-height // best.half_rows):
            best = strip
    return best


def _strip(layer: Layer, half_rows: int) -> Strip:
    op = cast(DepthwiseConv2D, layer.op)
    out_w, kernel = layer.output.shape[2], layer.constant(1).shape[1:3]
    lines, width = (
        (windows - 1) * op.stride[axis] + (kernel[axis] - 1) * op.dilation[axis] + 1
        for axis, windows in enumerate((half_rows, out_w))
    )
    taps = max(kernel[0] * kernel[1] | 1, 3)
    words = 2 * taps + lines * (2 + width) + 2 * half_rows * out_w
    return Strip(half_rows, lines, width, _WORD * words)


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


def _cycles(layer: Layer, strip: Strip) -> int:
    """Fitted to counts of single layers on the virtual board."""
    _, height, width, channels = layer.output.shape
    taps = layer.constant(1).size // channels
    lines, inside = strip.lines, min(strip.width, layer.input.shape[2])
    strips = -(-height // (2 * strip.half_rows))
    pairs = -(-height // 2) * width
    a_pair = 33 + 15 * (max(taps, 3) // 2) + 2 * (taps // 8)
    a_strip = 200 + 7 * taps + lines * (32 + 13 * inside) + 16 * strip.half_rows
    return channels * (pairs * a_pair + height * width * 31 + strips * a_strip) + 9 * lines * strip.width


#: Faster with more scratch memory: the first where it fits.
DEPTHWISE_M0 = (DepthwiseConv2DS8M0(8192), DepthwiseConv2DS8M0(2048))
