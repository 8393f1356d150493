"""int8 bilinear resizing."""

from __future__ import annotations

from typing import cast

from codegen.graph import DType, Op, ResizeBilinear
from codegen.kernels.base import Layer, LoweredLayer, s32, u16

_ONE = 1 << 10
#: Sizes whose places, with 10 fractional bits, stay within 32 bits.
_LARGEST = 2**15


class ResizeBilinearS8:
    function = "thimble_resize_bilinear_s8"
    serves: type[Op] = ResizeBilinear
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        op = cast(ResizeBilinear, layer.op)
        if (
            layer.input.dtype is not layer.output.dtype
            or layer.input.quantization != layer.output.quantization
        ):
            return "changes the scale"
        if op.align_corners and op.half_pixel_centers:
            return "aligns corners and counts from the middle of pixels at once"
        large = max(*layer.input.shape[1:3], *layer.output.shape[1:3]) > _LARGEST
        return f"has more than {_LARGEST} rows or columns" if large else None

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/resize_bilinear.h`, ResizeBilinearInteger."""
        _, in_h, in_w, channels = layer.input.shape
        _, out_h, out_w, _ = layer.output.shape
        op = cast(ResizeBilinear, layer.op)
        height, width = _step(in_h, out_h, op.align_corners), _step(in_w, out_w, op.align_corners)
        first = (step // 2 - _ONE // 2 if op.half_pixel_centers else 0 for step in (height, width))
        fields = (
            u16("in_height", in_h), u16("in_width", in_w),
            u16("out_height", out_h), u16("out_width", out_w),
            u16("channels", channels),
            s32("height_step", height), s32("width_step", width),
            s32("height_start", next(first)), s32("width_start", next(first)),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"bilinear, {in_h}x{in_w} to {out_h}x{out_w}",
            fields=fields,
            constants=(),
            cycles=out_h * out_w * (105 + 46 * channels),
        )


def _step(size: int, result: int, align_corners: bool) -> int:
    """From one output to the next: elements of the input, with 10 fractional bits."""
    between = align_corners and result > 1
    size, result = size - between, result - between
    return (_ONE * size + result // 2) // result
