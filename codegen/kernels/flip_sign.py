"""uint8 at the ends of a network: int8 that counts 128 lower, with the same scale."""

from __future__ import annotations

from codegen.graph import DType, Op, Quantize
from codegen.kernels.base import Layer, LoweredLayer, u32

_SHIFT = 128


class FlipSignU8:
    """uint8 to int8."""

    function = "thimble_flip_sign"
    serves: type[Op] = Quantize
    dtype: DType | None = DType.UINT8
    encoding = "none"
    in_place = True
    gives = DType.INT8

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not self.gives:
            return f"gives {layer.output.dtype.value}"
        source, result = layer.quantization(layer.input), layer.quantization(layer.output)
        shift = _SHIFT if self.gives is DType.UINT8 else -_SHIFT
        if source.scale != result.scale or source.zero_point[0] + shift != result.zero_point[0]:
            return "changes the scale between uint8 and int8"
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        elements = layer.input.elements
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.input.dtype.value} to {layer.output.dtype.value}, {elements} elements",
            fields=(u32("elements", elements),),
            constants=(),
            cycles=60 + 9 * elements,
        )


class FlipSignS8(FlipSignU8):
    """int8 to uint8."""

    dtype: DType | None = DType.INT8
    gives = DType.UINT8
