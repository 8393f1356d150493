"""Float max pooling for the FPU of the Cortex-M4: four channels at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from codegen.graph import DType, MaxPool2D, Op
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.fours import FOUR
from codegen.kernels.pools_f32 import MaxPoolF32, clamp_cycles
from codegen.targets.board import Cpu


class MaxPoolF32M4:
    function = "thimble_max_pool_f32_m4"
    serves: type[Op] = MaxPool2D
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        return "has channels that are no multiple of four" if layer.input.shape[-1] % FOUR else None

    def lower(self, layer: Layer) -> LoweredLayer:
        return replace(MaxPoolF32().lower(layer), function=self.function, cycles=_cycles(layer))


def _cycles(layer: Layer) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    op = cast(MaxPool2D, layer.op)
    _, height, width, channels = layer.output.shape
    four = 20 + op.pool[0] * (8 + 26 * op.pool[1])
    return height * width * (40 + channels // FOUR * four) + layer.output.elements * clamp_cycles(op.activation)
