"""int8 transposed convolution, in groups too."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import ConvTranspose2D, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u8, u16
from codegen.kernels.requantization import int8_refusal, multipliers, per_channel
from codegen.kernels.windows import describe, image_sizes
from codegen.sparse import ConstantArray


class ConvTranspose2DS8:
    function = "thimble_conv_transpose2d_s8"
    serves: type[Op] = ConvTranspose2D
    dtype: DType | None = DType.INT8
    encoding = "dense"

    def refusal(self, layer: Layer) -> str | None:
        if cast(ConvTranspose2D, layer.op).dilation != (1, 1):
            return "spreads its inputs with gaps between the taps (a dilation)"
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/integer_ops/transpose_conv.h`, each output on its own."""
        op = cast(ConvTranspose2D, layer.op)
        channels = layer.output.shape[-1]
        multiplier, shift = (per_channel(a, channels) for a in multipliers(layer))
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        given = layer.constant(2) if len(op.inputs) > 2 else np.zeros(channels, np.int32)
        _, k_h, k_w, depth = layer.constant(1).shape
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            *image_sizes(layer),
            u16("groups", op.groups),
            u8("kernel_height", k_h), u8("kernel_width", k_w),
            u8("stride_height", op.stride[0]), u8("stride_width", op.stride[1]),
            u8("pad_top", op.padding.top), u8("pad_left", op.padding.left),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        weights = ConstantArray("weights", layer.constant(1).reshape(-1))
        bias = ConstantArray("bias", given.astype(np.int32).reshape(-1))
        taps = k_h * k_w / (op.stride[0] * op.stride[1])  # that meet an output, on the average
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"transposed convolution, {describe(layer)}",
            fields=fields,
            constants=(weights, bias, multiplier, shift),
            cycles=layer.output.elements * round(550 + taps * (10 + 14 * depth)),
        )
