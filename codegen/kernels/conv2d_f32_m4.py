"""Float convolution, weights dense, for the FPU of the Cortex-M4: four pixels and four filters at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from codegen.graph import Conv2D, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u8
from codegen.kernels.floats import clamp, float_refusal
from codegen.kernels.fours import FOUR, fours_of_filters, unusual_clamp
from codegen.kernels.weights_f32 import Conv2DF32
from codegen.kernels.windows import convolution_window, image_sizes, windows_inside
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu

#: Up to so many channels, windows at the border are copied rather than read place by place.
_COPIED_CHANNELS = 4
#: The host's; the boards' are of 4.
_POINTER_BYTES = 8


class Conv2DF32M4:
    function = "thimble_conv2d_f32_m4"
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        op = cast(Conv2D, layer.op)
        if op.groups != 1:
            return "has groups"
        _, height, width, _ = layer.output.shape
        if height * width < FOUR:
            return "is too small to take several pixels at a time"
        return unusual_clamp(op.activation) or float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        op = cast(Conv2D, layer.op)
        copies = _reads_places(layer) and layer.input.shape[-1] <= _COPIED_CHANNELS
        return replace(
            Conv2DF32().lower(layer),
            function=self.function,
            fields=(
                pointer("weights"), *clamp(op.activation), *image_sizes(layer), *convolution_window(layer, op),
                u8("copies", int(copies)),
            ),
            constants=(ConstantArray("weights", fours_of_filters(layer).reshape(-1)),),
            cycles=_cycles(layer, copies),
            scratch_bytes=_scratch_bytes(layer, copies),
        )  # fmt: skip


def _reads_places(layer: Layer) -> bool:
    """Whether a window reaches into the padding or has gaps in its lines."""
    _, height, width, _ = layer.output.shape
    gaps = cast(Conv2D, layer.op).dilation[1] > 1 and layer.constant(1).shape[2] > 1
    return gaps or windows_inside(layer) < height * width


def _scratch_bytes(layer: Layer, copies: bool) -> int:
    """As thimble_conv2d_f32_m4.h counts it."""
    _, k_h, k_w, channels = layer.constant(1).shape
    runs, floats = k_h, 0
    if copies:
        floats = FOUR * k_h * k_w * channels
    elif _reads_places(layer):
        runs, floats = k_h * k_w, channels
    return 4 + _POINTER_BYTES * FOUR * runs + 4 * floats


def _cycles(layer: Layer, copies: bool) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    _, height, width, filters = layer.output.shape
    return int(height * width * filters)
