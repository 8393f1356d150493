"""int8 softmax over the last axis."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.fixed_point import softmax_table
from codegen.graph import DType, Op, Softmax
from codegen.kernels.base import Layer, LoweredLayer, pointer, u16
from codegen.sparse import ConstantArray

#: Each exponential is at most 1, and their sum has 12 integer bits (TFLite: kAccumulationIntegerBits).
MOST_COLUMNS = 2**12 - 1


class SoftmaxS8:
    function = "thimble_softmax_s8"
    serves: type[Op] = Softmax
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        if layer.input.dtype.value != "int8" or layer.output.dtype.value != "int8":
            return f"computes with {layer.input.dtype.value} beside int8"
        if layer.input.shape[-1] > MOST_COLUMNS:
            return f"adds up {layer.input.shape[-1]} exponentials, more than {MOST_COLUMNS}"
        output = layer.quantization(layer.output)
        fixed = output.zero_point[0] == -128 and abs(output.scale[0] * 256 - 1) < 1e-6
        return None if fixed else "has an output scale other than 1/256"

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Softmax, layer.op)
        columns = layer.input.shape[-1]
        rows = layer.input.elements // columns
        table = softmax_table(layer.quantization(layer.input).scale[0], op.beta)
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"softmax over {columns}",
            fields=(
                pointer("exponentials"),
                u16("entries", len(table)),
                u16("rows", rows),
                u16("columns", columns),
            ),
            constants=(ConstantArray("exponentials", np.array(table, dtype=np.int32)),),
            cycles=rows * (750 + 155 * columns),
        )
