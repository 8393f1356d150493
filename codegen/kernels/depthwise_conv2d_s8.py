"""int8 depthwise convolution."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import DepthwiseConv2D, DType, Op, Rounding, macs
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u16
from codegen.kernels.requantization import int8_refusal, multipliers, per_channel, rounding_field
from codegen.kernels.windows import convolution_window
from codegen.sparse import ConstantArray


class DepthwiseConv2DS8:
    function = "thimble_depthwise_conv2d_s8"
    serves: type[Op] = DepthwiseConv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)

    def refusal(self, layer: Layer) -> str | None:
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(DepthwiseConv2D, layer.op)
        _, in_h, in_w, in_c = layer.input.shape
        _, out_h, out_w, out_c = layer.output.shape
        _, k_h, k_w, _ = layer.constant(1).shape
        multiplier, shift = (per_channel(a, out_c) for a in multipliers(layer))
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            u16("in_height", in_h), u16("in_width", in_w), u16("in_channels", in_c),
            u16("out_height", out_h), u16("out_width", out_w),
            u16("channel_multiplier", out_c // in_c),
            *convolution_window(layer, op, u16),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        given = layer.constant(2) if len(op.inputs) > 2 else np.zeros(out_c, np.int32)
        weights = ConstantArray("weights", layer.constant(1).reshape(-1))
        pixels = out_h * out_w * out_c
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{k_h}x{k_w} depthwise convolution, {in_h}x{in_w}x{in_c} -> {out_h}x{out_w}x{out_c}",
            fields=fields,
            constants=(weights, ConstantArray("bias", given.astype(np.int32)), multiplier, shift),
            cycles=24 * macs(layer.graph, op) + (180 + 30 * k_h) * pixels,
        )
