"""Conversions between types, without scales."""

from __future__ import annotations

from codegen.graph import Cast, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, u32
from codegen.kernels.element_types import type_field


class CastElements:
    function = "thimble_cast"
    serves: type[Op] = Cast
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype is layer.output.dtype:
            return "keeps the type"
        scales = (layer.input.quantization, layer.output.quantization)
        return "changes the type of quantized numbers" if any(scales) else None

    def lower(self, layer: Layer) -> LoweredLayer:
        source, result = layer.input.dtype, layer.output.dtype
        # Bools are bytes of 0 and 1 when they are read.
        readable = DType.UINT8 if source is DType.BOOL else source
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{source.value} to {result.value}",
            fields=(
                u32("elements", layer.input.elements),
                type_field("from", readable),
                type_field("to", result),
            ),
            constants=(),
            cycles=(250 if source is DType.FLOAT32 else 80) * layer.input.elements,
        )
