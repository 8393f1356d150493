"""Float operators along one axis: the place of the largest, running sums, resampling."""

from __future__ import annotations

from math import prod
from typing import cast

from codegen.graph import ArgMax, ArgMin, CumSum, DType, Hardmax, Op, Resample
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer, u8, u32
from codegen.kernels.floats import float_refusal
from codegen.sparse import ConstantArray


def around(shape: tuple[int, ...], axis: int) -> tuple[Field, Field, Field]:
    """Elements before the axis, along it, and after it."""
    return (
        u32("outer", prod(shape[:axis])),
        u32("count", shape[axis]),
        u32("inner", prod(shape[axis + 1 :])),
    )


class ArgMaxF32:
    function = "thimble_arg_max_f32"
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def __init__(self, serves: type[ArgMax]) -> None:
        self.serves: type[Op] = serves

    def refusal(self, layer: Layer) -> str | None:
        fits = layer.output.dtype in (DType.INT32, DType.INT64)
        if isinstance(layer.op, ArgMin) is not (self.serves is ArgMin):
            return "is the other of ArgMax and ArgMin"
        return None if fits else f"gives {layer.output.dtype.value}"

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(ArgMax, layer.op)
        fields = (
            *around(layer.input.shape, op.axis),
            u8("smallest", int(isinstance(op, ArgMin))),
            u8("last", int(op.last)),
            u8("wide", int(layer.output.dtype is DType.INT64)),
        )
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.kind.lower()} of {layer.input.shape[op.axis]} elements",
            fields=fields,
            constants=(),
            cycles=115 * layer.input.elements + 60 * layer.output.elements,
        )


class CumSumF32:
    function = "thimble_cum_sum_f32"
    serves: type[Op] = CumSum
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(CumSum, layer.op)
        fields = (
            *around(layer.input.shape, op.axis),
            u8("exclusive", int(op.exclusive)),
            u8("reverse", int(op.reverse)),
        )
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"running sums of {layer.input.shape[op.axis]} elements",
            fields=fields,
            constants=(),
            cycles=180 * layer.input.elements,
        )


class HardmaxF32:
    function = "thimble_hardmax_f32"
    serves: type[Op] = Hardmax
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        columns = layer.input.shape[-1]
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"hardmax over {columns}",
            fields=(u32("rows", layer.input.elements // columns), u32("columns", columns)),
            constants=(),
            cycles=90 * layer.input.elements,
        )


class ResampleF32:
    function = "thimble_resample_f32"
    serves: type[Op] = Resample
    dtype: DType | None = DType.FLOAT32
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        types = [layer.graph.tensors[layer.op.inputs[1]].dtype, layer.output.dtype]
        odd = next((t for t in types if t is not DType.FLOAT32), None)
        return f"mixes float32 with {odd.value}" if odd else None

    def lower(self, layer: Layer) -> LoweredLayer:
        op, weights = cast(Resample, layer.op), layer.constant(1)
        taken, taps = weights.shape
        fields = (
            pointer("weights"),
            pointer("first"),
            *around(layer.input.shape, op.axis),
            u32("taken", taken),
            u32("taps", taps),
        )
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{layer.input.shape[op.axis]} to {taken}, each of {taps}",
            fields=fields,
            constants=(
                ConstantArray("weights", weights.reshape(-1)),
                ConstantArray("first", layer.constant(2)),
            ),
            cycles=layer.output.elements * (60 + 270 * taps),
        )
