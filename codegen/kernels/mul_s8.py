"""int8 multiplication."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.fixed_point import quantize_multiplier
from codegen.graph import DType, Mul, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, s8, s32
from codegen.kernels.operands import broadcast, constant_inputs, describe, int8_operands_refusal


class MulS8:
    function = "thimble_mul_s8"
    serves: type[Op] = Mul
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        return int8_operands_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite mul.cc: the multiplier is s_a · s_b / s_out, in single precision."""
        a, b = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
        output = layer.quantization(layer.output)
        s_a, s_b, s_out = (np.float32(q.scale[0]) for q in (a, b, output))
        multiplier, shift = quantize_multiplier(float(s_a * s_b / s_out))
        low, high = activation_range(cast(Mul, layer.op).activation, output)
        fields = (
            broadcast(layer),
            s32("multiplier", multiplier), s8("shift", shift),
            s8("a_zero", a.zero_point[0]), s8("b_zero", b.zero_point[0]),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"product of {describe(layer)}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=143 * layer.output.elements,
        )
