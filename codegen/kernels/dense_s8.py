"""int8 dense layers, weights dense."""

from __future__ import annotations

from typing import cast

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u8, u16
from codegen.kernels.requantization import folded_bias, int8_refusal, multipliers, weight_matrix
from codegen.sparse import FORMATS


class DenseS8:
    function = "thimble_dense_s8"
    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8
    encoding = "dense"

    def refusal(self, layer: Layer) -> str | None:
        return int8_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Dense, layer.op)
        matrix = weight_matrix(layer)
        rows, columns = matrix.shape
        multiplier, shift = multipliers(layer)
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        weights = FORMATS[self.encoding].encode(matrix)
        fields = (
            pointer("weights"), pointer("bias"), pointer("multiplier"), pointer("shift"),
            u16("inputs", columns), u16("outputs", rows),
            u8("per_channel", int(len(multiplier.data) > 1)),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"dense, {columns} -> {rows}",
            fields=fields,
            constants=(*weights, folded_bias(layer), multiplier, shift),
            cycles=21 * matrix.size // 2 + 190 * rows,
        )
