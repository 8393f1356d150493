"""Padding with a constant, int8 and float: elements moved as bytes."""

from __future__ import annotations

import struct
from typing import cast

from codegen.fixed_point import quantize
from codegen.graph import DType, Op, Pad
from codegen.kernels.base import Layer, LoweredLayer, array, u8, u32

_AXES = 4


class PadBytes:
    function = "thimble_pad"
    serves: type[Op] = Pad
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype is not layer.output.dtype or layer.input.dtype.itemsize not in (1, 4):
            return f"turns {layer.input.dtype.value} into {layer.output.dtype.value}"
        if layer.input.quantization != layer.output.quantization:
            return "changes the scale"
        return f"has more than {_AXES} axes" if len(layer.input.shape) > _AXES else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Pad, layer.op)
        missing = _AXES - len(op.before)
        before, after = (0,) * missing + op.before, (0,) * missing + op.after
        inside = (1,) * missing + layer.input.shape
        scales = (1, 1, 1, layer.input.dtype.itemsize)

        def member(name: str, values: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
            return name, tuple(n * scale for n, scale in zip(values, scales, strict=True))

        members = [member("before", before), member("inside", inside), member("after", after)]
        fill = _fill(layer, op.value)
        fields = (
            *(array(name, tuple(u32(name, n) for n in values)) for name, values in members),
            array("fill", tuple(u8("fill", byte) for byte in fill)),
        )
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"padding to {'x'.join(str(n) for n in layer.output.shape[1:])}",
            fields=fields,
            constants=(),
            cycles=400 + 15 * layer.output.size_bytes,
        )


def _fill(layer: Layer, value: float) -> bytes:
    """The four bytes that are repeated in the padding."""
    if layer.input.dtype is DType.FLOAT32:
        return struct.pack("<f", value)
    if layer.input.dtype is DType.INT32:
        return struct.pack("<i", int(value))
    quantization = layer.quantization(layer.input)
    q = quantize(value, quantization.scale[0], quantization.zero_point[0])
    low, high = (0, 255) if layer.input.dtype is DType.UINT8 else (-128, 127)
    return bytes([max(low, min(high, q)) & 0xFF] * 4)
