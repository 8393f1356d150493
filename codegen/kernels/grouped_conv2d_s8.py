"""int8 convolution in groups."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import Conv2D, DType, Op, Rounding, macs
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u16
from codegen.kernels.requantization import int8_refusal, multipliers, per_channel, rounding_field
from codegen.kernels.windows import convolution_window, describe, image_sizes
from codegen.sparse import ConstantArray


class GroupedConv2DS8:
    function = "thimble_grouped_conv2d_s8"
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)

    def refusal(self, layer: Layer) -> str | None:
        if cast(Conv2D, layer.op).groups == 1:
            return "has one group only"
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Conv2D, layer.op)
        channels = layer.output.shape[-1]
        multiplier, shift = (per_channel(a, channels) for a in multipliers(layer))
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        given = layer.constant(2) if len(op.inputs) > 2 else np.zeros(channels, np.int32)
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            *image_sizes(layer),
            u16("groups", op.groups),
            *convolution_window(layer, op, u16),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        weights = ConstantArray("weights", layer.constant(1).reshape(-1))
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"convolution in {op.groups} group{'s' if op.groups > 1 else ''}, {describe(layer)}",
            fields=fields,
            constants=(weights, ConstantArray("bias", given.astype(np.int32)), multiplier, shift),
            cycles=45 * macs(layer.graph, op) + 590 * layer.output.elements,
        )
