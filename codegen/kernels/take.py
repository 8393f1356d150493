"""Elements taken by a table, and constants given as outputs: bytes of every type."""

from __future__ import annotations

from math import prod
from typing import cast

from codegen.graph import DType, Op, Stored, Take
from codegen.kernels.base import Layer, LoweredLayer, pointer, u32
from codegen.kernels.operands import constant_inputs
from codegen.sparse import ConstantArray


def _change(layer: Layer) -> str | None:
    if layer.input.dtype is not layer.output.dtype:
        return "changes the type"
    return "changes the scale" if layer.input.quantization != layer.output.quantization else None


class TakeBytes:
    function = "thimble_take"
    serves: type[Op] = Take
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        quantization = layer.input.quantization
        empty = bool((layer.constant(1) < 0).any())
        if empty and quantization is not None and any(quantization.zero_point):
            return "fills quantized numbers with zeros"
        return _change(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        axis, places = cast(Take, layer.op).axis, layer.constant(1)
        shape = layer.input.shape
        inner_bytes = prod(shape[axis + 1 :]) * layer.input.dtype.itemsize
        outer = prod(shape[:axis])
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{len(places)} of {shape[axis]} places",
            fields=(
                pointer("places"),
                u32("outer", outer),
                u32("count", shape[axis]),
                u32("taken", len(places)),
                u32("inner_bytes", inner_bytes),
            ),
            constants=(ConstantArray("places", places),),
            cycles=outer * len(places) * (70 + 18 * inner_bytes),
        )


class StoredBytes:
    function = "thimble_copy"
    serves: type[Op] = Stored
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return _change(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        size = layer.output.size_bytes
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"a constant of {size} bytes",
            fields=(u32("bytes", size),),
            constants=constant_inputs(layer),
            cycles=12 * size,
        )
