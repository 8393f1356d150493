"""int8 average pooling."""

from __future__ import annotations

from typing import cast

from codegen.graph import AveragePool2D, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8
from codegen.kernels.windows import pooling_window


class AveragePoolS8:
    function = "thimble_average_pool_s8"
    serves: type[Op] = AveragePool2D
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if cast(AveragePool2D, layer.op).counts_padding:
            return "counts its padding"
        same = layer.input.quantization == layer.output.quantization
        return None if same else "changes the scale, which average pooling cannot do"

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(AveragePool2D, layer.op)
        _, in_h, in_w, channels = layer.input.shape
        _, out_h, out_w, _ = layer.output.shape
        low, high = activation_range(op.activation, layer.quantization(layer.output))
        fields = (
            *pooling_window(layer, op),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        outputs = out_h * out_w * channels
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.pool[0]}x{op.pool[1]} average pool, {in_h}x{in_w} to {out_h}x{out_w}",
            fields=fields,
            constants=(),
            cycles=outputs * (430 + op.pool[0] * (25 + 10 * op.pool[1])),
        )
