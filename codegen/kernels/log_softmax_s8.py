"""int8 logarithm of the softmax over the last axis."""

from __future__ import annotations

import numpy as np

from codegen.fixed_point import softmax_multiplier, softmax_table
from codegen.graph import DType, LogSoftmax, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, s8, s32, u16
from codegen.kernels.softmax_s8 import MOST_COLUMNS
from codegen.sparse import ConstantArray

_SCALE, _ZERO = 16 / 256, 127


class LogSoftmaxS8:
    function = "thimble_log_softmax_s8"
    serves: type[Op] = LogSoftmax
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        if layer.output.dtype is not DType.INT8:
            return f"gives {layer.output.dtype.value}"
        if layer.input.shape[-1] > MOST_COLUMNS:
            return f"adds up {layer.input.shape[-1]} exponentials, more than {MOST_COLUMNS}"
        output = layer.quantization(layer.output)
        fixed = output.zero_point[0] == _ZERO and abs(output.scale[0] / _SCALE - 1) < 1e-6
        return None if fixed else f"has an output scale other than {_SCALE} with the zero point {_ZERO}"

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/integer_ops/log_softmax.h` and PreprocessLogSoftmaxScalingExp."""
        columns = layer.input.shape[-1]
        rows = layer.input.elements // columns
        scale = layer.quantization(layer.input).scale[0]
        multiplier, shift = softmax_multiplier(scale, 1.0)
        table = softmax_table(scale, 1.0)
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"logarithm of softmax over {columns}",
            fields=(
                pointer("exponentials"),
                s32("multiplier", multiplier),
                s8("shift", shift),
                u16("entries", len(table)),
                u16("rows", rows),
                u16("columns", columns),
            ),
            constants=(ConstantArray("exponentials", np.array(table, dtype=np.int32)),),
            cycles=rows * (1500 + 152 * columns),
        )
