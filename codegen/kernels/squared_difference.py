"""Squared differences, int8; the float ones are arithmetic like any other."""

from __future__ import annotations

from codegen.fixed_point import quantize_multiplier
from codegen.graph import DType, Op, SquaredDifference
from codegen.kernels.base import Layer, LoweredLayer, s8, s32
from codegen.kernels.operands import broadcast, constant_inputs, describe, int8_operands_refusal

_MORE_BITS = 7


class SquaredDifferenceS8:
    function = "thimble_squared_difference_s8"
    serves: type[Op] = SquaredDifference
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        return int8_operands_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite squared_difference.cc, Prepare; scales in double precision from single."""
        a, b = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
        output = layer.quantization(layer.output)
        twice = 2 * max(a.scale[0], b.scale[0])
        pairs = [quantize_multiplier(s / twice) for s in (a.scale[0], b.scale[0])]
        final = quantize_multiplier(twice * twice / ((1 << 2 * _MORE_BITS) * output.scale[0]))
        fields = (
            broadcast(layer),
            s32("a_multiplier", pairs[0][0]), s32("b_multiplier", pairs[1][0]),
            s32("output_multiplier", final[0]),
            s8("a_shift", pairs[0][1]), s8("b_shift", pairs[1][1]), s8("output_shift", final[1]),
            s8("a_zero", a.zero_point[0]), s8("b_zero", b.zero_point[0]),
            s8("output_zero", output.zero_point[0]),
        )  # fmt: skip
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"squared difference of {describe(layer)}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=290 * layer.output.elements,
        )
