"""Float max pooling for the FPU of the Cortex-M4: four channels at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from codegen.graph import Activation, DType, MaxPool2D, Op
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.fours import FOUR
from codegen.kernels.pools_f32 import CLAMP_CYCLES, MaxPoolF32
from codegen.targets.board import Cpu


class MaxPoolF32M4:
    function = "thimble_max_pool_f32_m4"
    serves: type[Op] = MaxPool2D
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        return "has fewer channels than four" if layer.input.shape[-1] < FOUR else None

    def lower(self, layer: Layer) -> LoweredLayer:
        portable = MaxPoolF32().lower(layer)
        return replace(portable, function=self.function, cycles=_cycles(layer), cycles_on={})


def _cycles(layer: Layer) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    op = cast(MaxPool2D, layer.op)
    _, height, width, channels = layer.output.shape
    four = 20 + op.pool[0] * (8 + 24 * op.pool[1])
    clamp = CLAMP_CYCLES * layer.output.elements if op.activation is not Activation.NONE else 0
    return height * width * (40 + -(-channels // FOUR) * four) + clamp
