"""The place of the largest or the smallest int8 number along an axis."""

from __future__ import annotations

from math import prod
from typing import cast

from codegen.graph import ArgMax, ArgMin, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, u8, u32


class ArgMaxS8:
    function = "thimble_arg_max_s8"
    dtype: DType | None = DType.INT8
    encoding = "none"

    def __init__(self, serves: type[ArgMax]) -> None:
        self.serves: type[Op] = serves

    def refusal(self, layer: Layer) -> str | None:
        if isinstance(layer.op, ArgMin) is not (self.serves is ArgMin):
            return "is the other of ArgMax and ArgMin"
        fits = layer.output.dtype in (DType.INT32, DType.INT64)
        return None if fits else f"gives {layer.output.dtype.value}"

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/arg_min_max.h`: the first of equals."""
        op, shape = cast(ArgMax, layer.op), layer.input.shape
        fields = (
            u32("outer", prod(shape[: op.axis])),
            u32("count", shape[op.axis]),
            u32("inner", prod(shape[op.axis + 1 :])),
            u8("smallest", int(isinstance(op, ArgMin))),
            u8("last", int(op.last)),
            u8("wide", int(layer.output.dtype is DType.INT64)),
        )
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.kind.lower()} of {shape[op.axis]} elements",
            fields=fields,
            constants=(),
            cycles=16 * layer.input.elements + 60 * layer.output.elements,
        )
