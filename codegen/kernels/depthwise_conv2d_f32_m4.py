"""Float depthwise convolution for the FPU of the Cortex-M4: four pixels and four channels at a time."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import cast

from codegen.graph import DepthwiseConv2D, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u16
from codegen.kernels.floats import clamp, float_refusal
from codegen.kernels.fours import FOUR, POINTER_BYTES, fours_of_channels, groups_inside, unusual_clamp
from codegen.kernels.weights_f32 import DepthwiseConv2DF32
from codegen.kernels.windows import window_struct
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu


class DepthwiseConv2DF32M4:
    function = "thimble_depthwise_conv2d_f32_m4"
    serves: type[Op] = DepthwiseConv2D
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        _, height, width, channels = layer.output.shape
        if channels != layer.input.shape[-1]:
            return "gives several channels for one"
        if channels < FOUR or height * width < FOUR:
            return "is too small to take several channels and pixels at a time"
        return unusual_clamp(cast(DepthwiseConv2D, layer.op).activation) or float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        op = cast(DepthwiseConv2D, layer.op)
        return replace(
            DepthwiseConv2DF32().lower(layer),
            function=self.function,
            fields=(
                pointer("weights"),
                *clamp(op.activation),
                window_struct(layer, op),
                u16("out_height", layer.output.shape[1]),
            ),
            constants=(ConstantArray("weights", fours_of_channels(layer).reshape(-1)),),
            cycles=_cycles(layer),
            scratch_bytes=4 + POINTER_BYTES * FOUR * _taps(layer) + 4 * layer.input.shape[-1],
        )


def _taps(layer: Layer) -> int:
    shape: tuple[int, ...] = layer.constant(1).shape
    return shape[1] * shape[2]


def _cycles(layer: Layer) -> int:
    """Of a Cortex-M4F: those of the loops, and fitted to counts of single layers on the virtual board what is
    around them."""
    channels, taps = layer.input.shape[-1], _taps(layer)
    inside, others = groups_inside(layer)
    limited = isfinite(cast(DepthwiseConv2D, layer.op).activation.limits[1])
    sums = -(-channels // FOUR) * ((140 if limited else 90) + 71 * taps)
    tables = 2 if channels % FOUR else 1
    return inside * (sums + tables * (480 + 30 * taps)) + others * (sums + tables * (350 + 180 * taps))
