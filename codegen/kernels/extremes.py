"""The smaller or the larger of two inputs, int8 and float."""

from __future__ import annotations

from codegen.graph import DType, Maximum, Minimum, Op
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.operands import (
    broadcast,
    broadcast_refusal,
    constant_inputs,
    describe,
    int8_operands_refusal,
)


class _Extreme:
    function: str
    serves: type[Op]
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True
    _word: str
    _cycles = 31

    def refusal(self, layer: Layer) -> str | None:
        reason = int8_operands_refusal(layer)
        if reason is not None:
            return reason
        tensors = [layer.graph.tensors[n] for n in (*layer.op.inputs, *layer.op.outputs)]
        same = all(t.quantization == tensors[0].quantization for t in tensors)
        return None if same else "has inputs and an output with different scales"

    def lower(self, layer: Layer) -> LoweredLayer:
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{self._word} of {describe(layer)}",
            fields=(broadcast(layer),),
            constants=constant_inputs(layer),
            cycles=self._cycles * layer.output.elements,
        )


class MinimumS8(_Extreme):
    function = "thimble_minimum_s8"
    serves: type[Op] = Minimum
    _word = "minimum"


class MaximumS8(_Extreme):
    function = "thimble_maximum_s8"
    serves: type[Op] = Maximum
    _word = "maximum"


class _ExtremeF32(_Extreme):
    dtype: DType | None = DType.FLOAT32
    _cycles = 74

    def refusal(self, layer: Layer) -> str | None:
        return broadcast_refusal(layer)


class MinimumF32(_ExtremeF32):
    function = "thimble_minimum_f32"
    serves: type[Op] = Minimum
    _word = "minimum"


class MaximumF32(_ExtremeF32):
    function = "thimble_maximum_f32"
    serves: type[Op] = Maximum
    _word = "maximum"
