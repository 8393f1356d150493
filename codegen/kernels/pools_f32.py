"""Float pooling."""

from __future__ import annotations

from typing import cast

from codegen.graph import Activation, AveragePool2D, DType, MaxPool2D, Op
from codegen.kernels.base import Layer, LoweredLayer, u8
from codegen.kernels.floats import clamp
from codegen.kernels.windows import describe, pooling_window
from codegen.targets.board import Cpu

#: Of a Cortex-M4F, for an output that is clamped.
CLAMP_CYCLES = 14


def _cycles(layer: Layer, pixel: int, four: int, one: int, clamp: int) -> int:
    """Of cycles for an output pixel, four of its channels, one that is left over, and a clamp."""
    _, height, width, channels = layer.output.shape
    op = cast("MaxPool2D | AveragePool2D", layer.op)
    fours, ones = divmod(channels, 4)
    clamped = channels * clamp if op.activation is not Activation.NONE else 0
    return height * width * (pixel + fours * four + ones * one + clamped)


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
            cycles=_cycles(layer, 90, 240 + 260 * window, 150 + 75 * window, 130),
            cycles_on={Cpu.CORTEX_M4F: _cycles(layer, 110, 42 + 33 * window, 74 + 10 * window, CLAMP_CYCLES)},
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
            cycles=_cycles(layer, 150, 1600 + 612 * window, 580 + 153 * window, 130),
            cycles_on={
                Cpu.CORTEX_M4F: _cycles(
                    layer, 150, 90 + 17 * op.pool[0] + 13 * window, 60 + 12 * window, CLAMP_CYCLES
                )
            },
        )
