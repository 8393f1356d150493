"""Float convolutions on sparse and clustered weights: one kernel a storage format."""

from __future__ import annotations

from typing import cast

from codegen.graph import Conv2D, Op
from codegen.kernels.base import Field, Layer, u16
from codegen.kernels.sparse_f32 import SparseF32, float_matrix
from codegen.kernels.stored_weights import KERNEL_NAMES, multiplied
from codegen.kernels.windows import describe, window_struct, windows_inside
from codegen.targets.board import Cpu

_PIXELS = 4
_FLOAT_BYTES = 4
#: Cycles for four pixels: of a weight that is multiplied, of any weight, and of an output; fitted to counts
#: of single layers on the virtual boards.
_CYCLES = {
    Cpu.CORTEX_M0PLUS: {
        "crs8": (1130.0, 0.0, 950.0),
        "crs16": (1130.0, 0.0, 950.0),
        "bitmask": (1130.0, 2.0, 950.0),
        "delta4": (1130.0, 0.0, 950.0),
        "delta8": (1130.0, 0.0, 950.0),
        "codebook": (1130.0, 25.0, 950.0),
    },
    Cpu.CORTEX_M4F: {
        "crs8": (22.0, 0.0, 139.0),
        "crs16": (22.0, 0.0, 139.0),
        "bitmask": (26.8, 1.5, 139.0),
        "delta4": (23.0, 0.0, 139.0),
        "delta8": (22.0, 0.0, 139.0),
        "codebook": (19.0, 15.8, 139.0),
    },
}
#: To lay four windows side by side: for a place, and for a channel there.
_LAYING = {Cpu.CORTEX_M0PLUS: (250.0, 30.0), Cpu.CORTEX_M4F: (168.0, 14.5)}
#: What a product takes more where four windows of one place are read where they lie.
_APART = {Cpu.CORTEX_M0PLUS: 6.0, Cpu.CORTEX_M4F: 5.0}


class SparseConv2DF32(SparseF32):
    """A convolution with its weights in the format `encoding`."""

    serves: type[Op] = Conv2D
    operator, row_length = "conv2d", "taps"

    def refusal(self, layer: Layer) -> str | None:
        if cast(Conv2D, layer.op).groups != 1:
            return "works in groups"
        return super().refusal(layer)

    def title(self, layer: Layer) -> str:
        return f"convolution, {describe(layer)}"

    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        return (
            window_struct(layer, cast(Conv2D, layer.op)),
            u16("out_height", layer.output.shape[1]),
            u16("out_channels", len(float_matrix(layer))),
        )

    def scratch_bytes(self, layer: Layer) -> int:
        """As thimble_sparse_conv2d_f32.h counts it."""
        taps: int = float_matrix(layer).shape[1]
        return _FLOAT_BYTES * (_PIXELS * taps + layer.input.shape[-1])

    def cycles(self, layer: Layer, cpu: Cpu) -> int:
        matrix = float_matrix(layer)
        shape: tuple[int, ...] = layer.constant(1).shape
        _, k_h, k_w, channels = shape
        _, height, width, _ = layer.output.shape
        a_product, a_weight, an_output = _CYCLES[cpu][KERNEL_NAMES[self.encoding]]
        a_place, a_channel = _LAYING[cpu]
        if k_h == k_w == 1 and windows_inside(layer).all():
            a_product, a_channel = a_product + _APART[cpu], 0.0
        products = a_product * multiplied(self.encoding, matrix) + a_weight * matrix.size
        laying = k_h * k_w * (a_place + a_channel * channels)
        return round(-(-height * width // _PIXELS) * (products + an_output * len(matrix) + laying))
