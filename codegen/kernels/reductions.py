"""Float means and sums, and the largest and smallest along axes, float and int8."""

from __future__ import annotations

from typing import cast

from codegen.graph import DType, Mean, Op, Reduce, ReduceMax, ReduceMin, ReduceProd, ReduceSum
from codegen.kernels.base import Layer, LoweredLayer, u32
from codegen.kernels.reduced_axes import reduced_axes


class _Reduction:
    function: str
    serves: type[Op]
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    _cycles: tuple[int, int]  # an output, and an element that it reads

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.quantization != layer.output.quantization:
            return "changes the scale"
        if layer.input.dtype is not layer.output.dtype:
            return f"gives {layer.output.dtype.value}"
        if reduced_axes(layer.input.shape, cast(Reduce, layer.op).axes) is None:
            return "reduces axes with others between them"
        return None

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Reduce, layer.op)
        outer, count, inner = reduced_axes(layer.input.shape, op.axes) or (0, 0, 0)
        each, element = self._cycles
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{op.kind.lower()} of {count} elements, {outer * inner} times",
            fields=(u32("outer", outer), u32("count", count), u32("inner", inner)),
            constants=(),
            cycles=outer * inner * (each + element * count),
        )


class MeanF32(_Reduction):
    function = "thimble_mean_f32"
    serves: type[Op] = Mean
    _cycles = (500, 150)


class ReduceSumF32(_Reduction):
    function = "thimble_reduce_sum_f32"
    serves: type[Op] = ReduceSum
    _cycles = (60, 135)


class ReduceMaxF32(_Reduction):
    function = "thimble_reduce_max_f32"
    serves: type[Op] = ReduceMax
    _cycles = (60, 68)


class ReduceMinF32(_Reduction):
    function = "thimble_reduce_min_f32"
    serves: type[Op] = ReduceMin
    _cycles = (60, 52)


class ReduceProdF32(_Reduction):
    function = "thimble_reduce_prod_f32"
    serves: type[Op] = ReduceProd
    _cycles = (60, 150)


class ReduceMaxS8(_Reduction):
    function = "thimble_reduce_max_s8"
    serves: type[Op] = ReduceMax
    dtype: DType | None = DType.INT8
    _cycles = (40, 9)


class ReduceMinS8(_Reduction):
    function = "thimble_reduce_min_s8"
    serves: type[Op] = ReduceMin
    dtype: DType | None = DType.INT8
    _cycles = (40, 9)
