"""Float pooling."""

from __future__ import annotations

from typing import cast

from codegen.graph import Activation, AveragePool2D, DType, MaxPool2D, Op
from codegen.kernels.base import Layer, LoweredLayer, u8
from codegen.kernels.floats import clamp
from codegen.kernels.windows import describe, pooling_window


def clamp_cycles(activation: Activation) -> int:
    """Of a Cortex-M4F, for an output that is clamped."""
    return 0 if activation is Activation.NONE else 14


class MaxPoolF32:
    function = "thimble_max_pool_f32"
    serves: type[Op] = MaxPool2D
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(MaxPool2D, layer.op)
        window = op.pool[0] * op.pool[1]
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.pool[0]}x{op.pool[1]} max pool, {describe(layer)}",
            fields=(*clamp(op.activation), *pooling_window(layer, op)),
            constants=(),
            cycles=layer.output.elements * (225 + 80 * window),
        )


class AveragePoolF32:
    function = "thimble_average_pool_f32"
    serves: type[Op] = AveragePool2D
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(AveragePool2D, layer.op)
        window = op.pool[0] * op.pool[1]
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.pool[0]}x{op.pool[1]} average pool, {describe(layer)}",
            fields=(
                *clamp(op.activation),
                *pooling_window(layer, op),
                u8("counts_padding", int(op.counts_padding)),
            ),
            constants=(),
            cycles=layer.output.elements * (900 + 110 * window),
        )
