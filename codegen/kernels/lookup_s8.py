"""int8 functions of one element as tables of 256 bytes; one kernel an operator, one C function for all."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.graph import DType, Op, Sigmoid, Tanh, Unary
from codegen.kernels.base import Layer, LoweredLayer, pointer, u32
from codegen.lookup import TABLES, lookup_table
from codegen.sparse import ConstantArray

#: Scale and zero point of the output that the reference takes for granted.
_FIXED: dict[type[Unary], tuple[float, int]] = {Sigmoid: (1 / 256, -128), Tanh: (1 / 128, 0)}


class LookupS8:
    """Serves one unary operator."""

    function = "thimble_lookup_s8"
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def __init__(self, serves: type[Unary]) -> None:
        self.serves: type[Op] = serves

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not DType.INT8:
            return f"gives {layer.output.dtype.value}"
        if layer.input.quantization is None or layer.output.quantization is None:
            return "has no scale for its input or output"
        scale, zero = _FIXED.get(cast("type[Unary]", self.serves), (None, 0))
        output = layer.output.quantization
        if scale is not None and (abs(output.scale[0] / scale - 1) > 1e-6 or output.zero_point[0] != zero):
            return f"has an output scale other than {scale} with the zero point {zero}"
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        source, result = layer.quantization(layer.input), layer.quantization(layer.output)
        table = lookup_table(cast(Unary, layer.op), source, result)
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.op.kind} of {layer.input.elements} elements, from a table",
            fields=(pointer("table"), u32("elements", layer.input.elements)),
            constants=(ConstantArray("table", np.asarray(table)),),
            cycles=80 + 16 * layer.input.elements,
        )


LOOKUPS = tuple(LookupS8(op) for op in TABLES)
