"""Float convolution, weights dense, for the FPU of the Cortex-M4: four pixels and four filters at a time."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import cast

from codegen.graph import Conv2D, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u8, u16
from codegen.kernels.floats import clamp, float_refusal
from codegen.kernels.fours import FOUR, POINTER_BYTES, fours_of_filters, groups_inside, unusual_clamp
from codegen.kernels.weights_f32 import Conv2DF32
from codegen.kernels.windows import window_struct
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu

#: Up to so many channels, windows at the border are copied rather than read place by place.
_COPIED_CHANNELS = 4


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
        _, height, width, filters = layer.output.shape
        if height * width < FOUR:
            return "is too small to take several pixels at a time"
        if filters == 1:
            return "has one filter, and three more would be stored for nothing"
        return unusual_clamp(op.activation) or float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        op = cast(Conv2D, layer.op)
        copies = _reads_places(layer) and layer.input.shape[-1] <= _COPIED_CHANNELS
        return replace(
            Conv2DF32().lower(layer),
            function=self.function,
            fields=(
                pointer("weights"),
                *clamp(op.activation),
                window_struct(layer, op),
                u16("out_height", layer.output.shape[1]),
                u16("out_channels", layer.output.shape[3]),
                u8("copies", int(copies)),
            ),
            constants=(ConstantArray("weights", fours_of_filters(layer).reshape(-1)),),
            cycles=_cycles(layer, copies),
            scratch_bytes=_scratch_bytes(layer, copies),
        )


def _reads_places(layer: Layer) -> bool:
    """Whether a window reaches into the padding or has gaps in its lines."""
    return _has_gaps(layer) or groups_inside(layer)[1] > 0


def _has_gaps(layer: Layer) -> bool:
    return cast(Conv2D, layer.op).dilation[1] > 1 and layer.constant(1).shape[2] > 1


def _scratch_bytes(layer: Layer, copies: bool) -> int:
    """As thimble_conv2d_f32_m4.h counts it."""
    shape: tuple[int, ...] = layer.constant(1).shape
    _, k_h, k_w, channels = shape
    runs, floats = k_h, 0
    if copies:
        floats = FOUR * k_h * k_w * channels
    elif _reads_places(layer):
        runs, floats = k_h * k_w, channels
    return 4 + POINTER_BYTES * FOUR * runs + 4 * floats


def _cycles(layer: Layer, copies: bool) -> int:
    """Of a Cortex-M4F: those of the loops, and fitted to counts of single layers on the virtual board what is
    around them."""
    shape: tuple[int, ...] = layer.constant(1).shape
    filters, k_h, k_w, channels = shape
    inside, others = groups_inside(layer)
    if _has_gaps(layer):
        inside, others = 0, inside + others
    fours, places = -(-filters // FOUR), k_h * k_w
    around = 380 + (170 if filters % FOUR else 0)
    limited = isfinite(cast(Conv2D, layer.op).activation.limits[1])
    ends = fours * (140 if limited else 90)  # biases, clamps, stores
    whole = fours * k_h * _run_cycles(k_w * channels) + 18 * k_h
    if copies:
        window = fours * _run_cycles(places * channels) + places * (165 + 44 * channels)
    else:
        window = fours * places * _run_cycles(channels) + places * 180
    return inside * (whole + ends + around) + others * (window + ends + around)


def _run_cycles(taps: int) -> int:
    """Of four pixels and four filters over a run."""
    return 20 + 86 * (taps // 2) + 4 * ((taps + 2) // 4) + 42 * (taps % 2)
