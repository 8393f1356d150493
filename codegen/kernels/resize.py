"""Resizing of images as TFLite does it, by tables of where each row and column of the output is.

Places as in the reference kernels ResizeNearestNeighbor and ResizeBilinear, in single precision.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import Array, DType, Op, Resize, ResizeBilinear, ResizeNearest
from codegen.kernels.base import Layer, LoweredLayer, pointer, u16, u32
from codegen.kernels.floats import float_refusal
from codegen.kernels.windows import describe
from codegen.sparse import ConstantArray


def scaled_places(op: Resize, size: int, output: int) -> Array:
    """Where each output lies along an axis of the input, before rounding: float32 ``[output]``."""
    aligned = op.align_corners and output > 1
    less = 1 if aligned else 0
    scale = np.float32(size - less) / np.float32(output - less)
    x = np.arange(output, dtype=np.float32)
    if not op.half_pixel_centers:
        return np.asarray(x * scale, np.float32)
    half = np.float32(0.5)
    # The nearest element holds the place from its left edge on; between elements their middles count.
    moved = (x + half) * scale
    return np.asarray(moved if isinstance(op, ResizeNearest) else moved - half, np.float32)


def nearest_places(op: Resize, size: int, output: int) -> Array:
    """The element that is nearest to each output: uint16 ``[output]``."""
    places = scaled_places(op, size, output)
    # TFLite's TfLiteRound is C's round: of two as near the one away from 0.
    whole = np.floor(places + np.float32(0.5)) if op.align_corners else np.floor(places)
    return np.asarray(np.clip(whole, 0, size - 1), np.uint16)


class ResizeNearestBytes:
    function = "thimble_resize_nearest"
    serves: type[Op] = ResizeNearest
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype is not layer.output.dtype:
            return "changes the type"
        return "changes the scale" if layer.input.quantization != layer.output.quantization else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(ResizeNearest, layer.op)
        _, height, width, channels = layer.input.shape
        _, out_height, out_width, _ = layer.output.shape
        pixel = channels * layer.input.dtype.itemsize
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"nearest, {describe(layer)}",
            fields=(
                pointer("rows"),
                pointer("columns"),
                u32("pixel_bytes", pixel),
                u16("in_width", width),
                u16("out_height", out_height),
                u16("out_width", out_width),
            ),
            constants=(
                ConstantArray("rows", nearest_places(op, height, out_height)),
                ConstantArray("columns", nearest_places(op, width, out_width)),
            ),
            cycles=out_height * out_width * (40 + 13 * pixel),
        )


class ResizeBilinearF32:
    function = "thimble_resize_bilinear_f32"
    serves: type[Op] = ResizeBilinear
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(ResizeBilinear, layer.op)
        _, height, width, channels = layer.input.shape
        _, out_height, out_width, _ = layer.output.shape
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"bilinear, {describe(layer)}",
            fields=(
                pointer("rows"),
                pointer("columns"),
                pointer("row_parts"),
                pointer("column_parts"),
                u16("in_width", width),
                u16("out_height", out_height),
                u16("out_width", out_width),
                u16("channels", channels),
            ),
            constants=(
                *_between(op, "row", height, out_height),
                *_between(op, "column", width, out_width),
            ),
            cycles=1700 * layer.output.elements,
        )


def _between(op: Resize, name: str, size: int, output: int) -> tuple[ConstantArray, ConstantArray]:
    """The element before each output, and the part of the way to the next; outside the image its edge."""
    places = np.clip(scaled_places(op, size, output), 0, size - 1)
    before = np.floor(places)
    return (
        ConstantArray(f"{name}s", before.astype(np.uint16)),
        ConstantArray(f"{name}_parts", (places - before).astype(np.float32)),
    )
