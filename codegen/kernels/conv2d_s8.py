"""int8 convolution, weights dense."""

from __future__ import annotations

from typing import cast

from codegen.graph import Conv2D, DType, Op, Rounding, macs
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u16
from codegen.kernels.requantization import (
    folded_bias,
    int8_refusal,
    multipliers,
    per_channel,
    rounding_field,
    weight_matrix,
)
from codegen.kernels.windows import convolution_window, image_sizes
from codegen.sparse import FORMATS


class Conv2DS8:
    function = "thimble_conv2d_s8"
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    encoding = "dense"
    roundings = frozenset(Rounding)

    def refusal(self, layer: Layer) -> str | None:
        if cast(Conv2D, layer.op).groups != 1:
            return "works in groups"
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Conv2D, layer.op)
        _, in_h, in_w, in_c = layer.input.shape
        _, out_h, out_w, out_c = layer.output.shape
        _, k_h, k_w, _ = layer.constant(1).shape
        multiplier, shift = (per_channel(a, out_c) for a in multipliers(layer))
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            *image_sizes(layer),
            *convolution_window(layer, op, u16),
            rounding_field(op),
            s8("input_zero", layer.quantization(layer.input).zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        weights = FORMATS["dense"].encode(weight_matrix(layer))
        pixels = out_h * out_w * out_c
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{k_h}x{k_w} convolution, {in_h}x{in_w}x{in_c} -> {out_h}x{out_w}x{out_c}",
            fields=fields,
            constants=(*weights, folded_bias(layer), multiplier, shift),
            cycles=21 * macs(layer.graph, op) // 2 + (140 + 100 * k_h) * pixels,
        )
