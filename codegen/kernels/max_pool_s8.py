"""int8 max pooling."""

from __future__ import annotations

from typing import cast

from codegen.graph import DType, MaxPool2D, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8
from codegen.kernels.windows import pooling_window


class MaxPoolS8:
    function = "thimble_max_pool_s8"
    serves: type[Op] = MaxPool2D
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype.value != "int8":
            return f"computes with {layer.input.dtype.value} beside int8"
        same = layer.input.quantization == layer.output.quantization
        return None if same else "changes the scale, which max pooling cannot do"

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(MaxPool2D, layer.op)
        _, in_h, in_w, channels = layer.input.shape
        _, out_h, out_w, _ = layer.output.shape
        low, high = activation_range(op.activation, layer.quantization(layer.output))
        fields = (
            *pooling_window(layer, op),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        taps = op.pool[0] * op.pool[1]
        an_output = 15 + 20 * ((taps + 1) // 2 - 1)
        a_pixel = 30 * taps + 150 * op.pool[0] - 58
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.pool[0]}x{op.pool[1]} max pool, {in_h}x{in_w} to {out_h}x{out_w}",
            fields=fields,
            constants=(),
            cycles=out_h * out_w * (channels * an_output + a_pixel),
        )
