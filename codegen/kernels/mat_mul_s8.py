"""int8 products of matrices."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.fixed_point import quantize_multiplier
from codegen.graph import DType, MatMul, Op
from codegen.kernels.base import Layer, LoweredLayer, s8, s32, u16
from codegen.kernels.operands import (
    constant_inputs,
    describe,
    int8_types_refusal,
    matrix_pairs,
    matrix_pairs_refusal,
)


class MatMulS8:
    function = "thimble_mat_mul_s8"
    serves: type[Op] = MatMul
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return int8_types_refusal(layer) or matrix_pairs_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite batch_matmul.cc and GetQuantizedConvolutionMultipler: single precision for s_a · s_b."""
        op = cast(MatMul, layer.op)
        a, b = (layer.graph.tensors[n] for n in op.inputs)
        first, second, output = (layer.quantization(t) for t in (a, b, layer.output))
        product = np.float32(first.scale[0]) * np.float32(second.scale[0])
        multiplier, shift = quantize_multiplier(float(product) / output.scale[0])
        rows, columns = layer.output.shape[-2:]
        inner = a.shape[-2] if op.transpose_a else a.shape[-1]
        a_steps, b_steps = (1, a.shape[-1]), (1, b.shape[-1])
        a_row, a_inner = a_steps if op.transpose_a else a_steps[::-1]
        b_inner, b_column = b_steps if op.transpose_b else b_steps[::-1]
        fields = (
            matrix_pairs(layer),
            u16("rows", rows), u16("inner", inner), u16("columns", columns),
            u16("a_row", a_row), u16("a_inner", a_inner),
            u16("b_inner", b_inner), u16("b_column", b_column),
            s32("multiplier", multiplier), s8("shift", shift),
            s8("a_zero", first.zero_point[0]), s8("b_zero", second.zero_point[0]),
            s8("output_zero", output.zero_point[0]),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"matrix product of {describe(layer)}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=layer.output.elements * (170 + 24 * inner),
        )
