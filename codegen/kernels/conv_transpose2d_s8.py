"""int8 transposed convolution, in groups too."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import ConvTranspose2D, DType, Op, macs
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u16
from codegen.kernels.requantization import int8_refusal, multipliers, per_channel
from codegen.kernels.windows import convolution_window, describe, image_sizes
from codegen.sparse import ConstantArray


class ConvTranspose2DS8:
    function = "thimble_conv_transpose2d_s8"
    serves: type[Op] = ConvTranspose2D
    dtype: DType | None = DType.INT8
    encoding = "dense"

    def refusal(self, layer: Layer) -> str | None:
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/integer_ops/transpose_conv.h`, each output on its own."""
        op = cast(ConvTranspose2D, layer.op)
        channels = layer.output.shape[-1]
        multiplier, shift = (per_channel(a, channels) for a in multipliers(layer))
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        given = layer.constant(2) if len(op.inputs) > 2 else np.zeros(channels, np.int32)
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            *image_sizes(layer),
            u16("groups", op.groups),
            *convolution_window(layer, op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        weights = ConstantArray("weights", layer.constant(1).reshape(-1))
        bias = ConstantArray("bias", given.astype(np.int32).reshape(-1))
        taps = layer.constant(1).shape[1] * layer.constant(1).shape[2] * layer.output.elements
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"transposed convolution, {describe(layer)}",
            fields=fields,
            constants=(weights, bias, multiplier, shift),
            cycles=20 * macs(layer.graph, op) // (op.stride[0] * op.stride[1]) + 90 * taps,
        )
