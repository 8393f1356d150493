"""int8 depthwise convolution for CPUs with SMLAD: a channel at a time, its lines spread out as halves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from codegen.graph import Array, DepthwiseConv2D, DType, Op, Rounding
from codegen.kernels.base import Field, Layer, LoweredLayer, activation_range, pointer, s8, u8, u16, u32
from codegen.kernels.depthwise_conv2d_s8 import DepthwiseConv2DS8
from codegen.kernels.interleaved import largest_totals, scaling_table
from codegen.kernels.requantization import multipliers, per_channel, rounding_field
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_PIXELS = 4
#: Bands of lines take as much scratch memory, unless a single line takes more.
_PLANE_BYTES = 2048


class DepthwiseConv2DS8M4:
    function = "thimble_depthwise_conv2d_s8_m4"
    serves: type[Op] = DepthwiseConv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        reason = DepthwiseConv2DS8().refusal(layer)
        if reason is not None:
            return reason
        if 1 not in cast(DepthwiseConv2D, layer.op).dilation:
            return "has gaps in its windows, in both directions"
        return "changes the scale by 1/2 or more" if _scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        lines = min(_directions(layer), key=lambda x: x.cycles)
        in_channels, channels = layer.input.shape[3], layer.output.shape[3]
        op = cast(DepthwiseConv2D, layer.op)
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        fields = (
            pointer("weights"), pointer("scaling"),
            *lines.steps(in_channels, channels),
            u16("channels", in_channels), u16("channel_multiplier", channels // in_channels),
            *lines.window(),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        weights = layer.constant(1)[0].transpose(2, *((1, 0) if lines.columns else (0, 1)))
        return replace(
            DepthwiseConv2DS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", np.ascontiguousarray(weights).reshape(-1)),
                ConstantArray("scaling", table.reshape(-1)),
            ),
            cycles=lines.cycles,
            scratch_bytes=lines.scratch_bytes,
        )


@dataclass(frozen=True, slots=True)
class _Direction:
    """How a layer is computed when its lines are rows or, with `columns`, columns. Pairs are lines first,
    then places along a line.
    """

    columns: bool
    channels: tuple[int, int]
    source: tuple[int, int]
    result: tuple[int, int]
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation_lines: int
    padding: tuple[int, int]
    clamps: bool

    @property
    def fours(self) -> int:
        return -(-self.result[1] // _PIXELS)

    @property
    def pairs(self) -> int:
        """Of weights in a line of the kernel."""
        return (self.kernel[1] + 1) // 2

    @property
    def plane_length(self) -> int:
        """An even number of halves: a line's pixels, and what the last four outputs read, needed or not."""
        read = (_PIXELS * self.fours - 1) * self.stride[1] + 2 * self.pairs
        used = (self.result[1] - 1) * self.stride[1] + self.kernel[1]
        return -(-max(read, used) // 2) * 2

    def plane_lines(self, band: int) -> int:
        return (band - 1) * self.stride[0] + (self.kernel[0] - 1) * self.dilation_lines + 1

    @property
    def bands(self) -> int:
        """Bands of about the same number of lines, each in no more scratch memory than is worth it."""
        lines = self.result[0]
        fitting = [
            b for b in range(1, lines + 1) if 2 * self.plane_length * self.plane_lines(b) <= _PLANE_BYTES
        ]
        return -(-lines // max(fitting, default=1))

    @property
    def band(self) -> int:
        return -(-self.result[0] // self.bands)

    @property
    def scratch_bytes(self) -> int:
        return 4 * self.kernel[0] * self.pairs + 2 * self.plane_length * self.plane_lines(self.band)

    @property
    def cycles(self) -> int:
        """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
        read, plane_lines = min(self.plane_length, self.source[1]), self.plane_lines(self.band)
        spread = self.channels[0] * plane_lines * (4 * read + 20)
        if self.kernel == (3, 3) and self.stride[1] <= 2:
            four = 79 + 10 * self.stride[1] + (25 if self.clamps else 0)
            setup = 110
        else:
            four = self.kernel[0] * (20 * self.pairs + 30) + 100
            setup = 60 + 12 * self.kernel[0] * self.kernel[1]
        lines = self.result[0] * self.channels[1] * (self.fours * four + 30)
        return self.bands * (spread + self.channels[1] * setup + 6 * self.plane_length * plane_lines) + lines

    def steps(self, in_channels: int, channels: int) -> tuple[Field, ...]:
        """Where the lines lie, and how many they are."""
        along_in, along_out = (
            (in_channels * self.source[0], channels * self.result[0])
            if self.columns
            else (in_channels, channels)
        )
        line_in, line_out = (
            (in_channels, channels)
            if self.columns
            else (in_channels * self.source[1], channels * self.result[1])
        )
        return (
            u32("in_line_step", line_in), u32("in_step", along_in),
            u32("out_line_step", line_out), u32("out_step", along_out),
            u16("in_lines", self.source[0]), u16("in_length", self.source[1]),
            u16("out_lines", self.result[0]), u16("out_length", self.result[1]),
        )  # fmt: skip

    def window(self) -> tuple[Field, ...]:
        return (
            u16("band", self.band),
            u16("plane_lines", self.plane_lines(self.band)), u16("plane_length", self.plane_length),
            u8("kernel_lines", self.kernel[0]), u8("kernel_length", self.kernel[1]),
            u8("stride_lines", self.stride[0]), u8("stride_length", self.stride[1]),
            u8("dilation_lines", self.dilation_lines),
            u8("pad_lines", self.padding[0]), u8("pad_length", self.padding[1]),
        )  # fmt: skip


def _directions(layer: Layer) -> tuple[_Direction, ...]:
    """Those in which a line's window has no gaps."""
    op = cast(DepthwiseConv2D, layer.op)
    (_, in_h, in_w, in_c), (_, out_h, out_w, out_c) = layer.input.shape, layer.output.shape
    _, k_h, k_w, _ = layer.constant(1).shape
    limits = activation_range(op.activation, layer.quantization(layer.output))
    found = []
    for columns in (False, True):

        def turned(pair: tuple[int, int], columns: bool = columns) -> tuple[int, int]:
            return pair[::-1] if columns else pair

        dilation_lines, dilation = turned(op.dilation)
        if dilation == 1:
            found.append(
                _Direction(
                    columns,
                    (in_c, out_c),
                    turned((in_h, in_w)),
                    turned((out_h, out_w)),
                    turned((k_h, k_w)),
                    turned(op.stride),
                    dilation_lines,
                    turned((op.padding.top, op.padding.left)),
                    limits != (-128, 127),
                )
            )
    return tuple(found)


def _weights(layer: Layer) -> Int8Matrix:
    """``[channels, taps]``."""
    return layer.constant(1).reshape(-1, layer.output.shape[3]).T


def _scaling(layer: Layer) -> Array | None:
    op, weights = cast(DepthwiseConv2D, layer.op), _weights(layer)
    given = layer.constant(2) if len(op.inputs) > 2 else np.zeros(len(weights), np.int32)
    zero = layer.quantization(layer.input).zero_point[0]
    bias = given.astype(np.int64) - zero * weights.astype(np.int64).sum(axis=1)
    multiplier, shift = (per_channel(a, len(weights)).data.tolist() for a in multipliers(layer))
    totals = largest_totals(weights, bias.astype(np.int32))
    return scaling_table(totals, bias.astype(np.int32), multiplier, shift, op.rounding)
