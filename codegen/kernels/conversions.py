"""Float to int8 and back."""

from __future__ import annotations

from codegen.graph import Dequantize, DType, Op, Quantization, Quantize
from codegen.kernels.base import Layer, LoweredLayer, f32, s8, u32


class QuantizeS8:
    function = "thimble_quantize_s8"
    serves: type[Op] = Quantize
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True
    _cycles = 500

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not DType.INT8:
            return f"gives {layer.output.dtype.value}"
        return None if layer.output.quantization is not None else "has no scale"

    def scale(self, layer: Layer) -> Quantization:
        """That of the int8 side."""
        return layer.quantization(layer.output)

    def lower(self, layer: Layer) -> LoweredLayer:
        quantization, elements = self.scale(layer), layer.input.elements
        fields = (
            f32("scale", quantization.scale[0]),
            u32("elements", elements),
            s8("zero", quantization.zero_point[0]),
        )
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind.lower()} {elements} elements",
            fields=fields,
            constants=(),
            cycles=self._cycles * elements,
        )


class DequantizeS8(QuantizeS8):
    function = "thimble_dequantize_s8"
    serves: type[Op] = Dequantize
    in_place = False
    dtype: DType | None = DType.INT8
    _cycles = 150

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not DType.FLOAT32:
            return f"gives {layer.output.dtype.value}"
        return None if layer.input.quantization is not None else "has no scale"

    def scale(self, layer: Layer) -> Quantization:
        return layer.quantization(layer.input)
