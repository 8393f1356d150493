"""int8 convolutions of one tap on sparse weights: a pixel's channels are read where they lie."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Conv2D, DType, Op, Rounding
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer, u16, u32
from codegen.kernels.requantization import weight_matrix
from codegen.kernels.stored_weights import is_fast, multiplied, scaling, sparse_refusal, stored_arrays
from codegen.kernels.windows import windows_inside

_PIXELS = 4
#: Cycles of the Cortex-M0+ for four pixels: of a weight that is multiplied, and of a channel; fitted to
#: counts of single layers on the virtual board.
_CYCLES = {"crs8": (28.0, 200.0), "crs16": (28.0, 200.0), "delta8": (28.0, 200.0)}
#: For one pixel, where the scales are none for the assembly.
_CYCLES_IN_C = (13.0, 190.0)
POINTWISE_ENCODINGS = tuple(_CYCLES)


class SparsePointwiseS8:
    """A 1x1 convolution with its weights in the format `encoding`."""

    serves: type[Op] = Conv2D
    dtype: DType | None = DType.INT8
    roundings = frozenset(Rounding)

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.function = f"thimble_pointwise_{encoding}_s8"

    def refusal(self, layer: Layer) -> str | None:
        op, (_, k_h, k_w, _) = cast(Conv2D, layer.op), layer.constant(1).shape
        if op.groups != 1:
            return "works in groups"
        if (k_h, k_w, *op.stride) != (1, 1, 1, 1) or not windows_inside(layer).all():
            return "reads other pixels than one an output"
        return sparse_refusal(layer, self.encoding)

    def lower(self, layer: Layer) -> LoweredLayer:
        matrix = weight_matrix(layer)
        channels, inputs = matrix.shape
        _, height, width, _ = layer.output.shape
        arrays = stored_arrays(self.encoding, matrix)
        table, output = scaling(layer, cast(Conv2D, layer.op).rounding)
        pixels = height * width
        groups, costs = -(-pixels // _PIXELS), _CYCLES[self.encoding]
        if not is_fast(output):
            groups, costs = pixels, _CYCLES_IN_C
        a_product, a_channel = costs
        nonzero = int(np.count_nonzero(matrix))
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"1x1 convolution, {height}x{width}, {inputs} -> {channels}, {nonzero} of"
            f" {matrix.size} weights are not zero",
            fields=(
                *(pointer(array.role) for array in arrays),
                *_shared(pixels, inputs, channels, output),
            ),
            constants=(*arrays, table),
            cycles=round(groups * (a_product * multiplied(self.encoding, matrix) + a_channel * channels)),
        )


def _shared(pixels: int, inputs: int, channels: int, output: tuple[Field, ...]) -> tuple[Field, ...]:
    """thimble_sparse_pointwise."""
    members = (
        *(replace(f, name=f"output.{f.name}") for f in (pointer("scaling"), *output)),
        u32("pixels", pixels),
        u16("in_channels", inputs),
        u16("out_channels", channels),
    )
    return tuple(replace(f, name=f"layer.{f.name}") for f in members)
