"""int8 sums along axes."""

from __future__ import annotations

from typing import cast

import numpy as np

from codegen.fixed_point import check_factor
from codegen.graph import DType, Op, ReduceSum
from codegen.kernels.base import Layer, LoweredLayer, f32, s8, u32
from codegen.kernels.reduced_axes import reduced_axes


class ReduceSumS8:
    function = "thimble_reduce_sum_s8"
    serves: type[Op] = ReduceSum
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if reduced_axes(layer.input.shape, cast(ReduceSum, layer.op).axes) is None:
            return "reduces axes with others between them"
        return None if layer.output.dtype is DType.INT8 else "changes the type"

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite `reference/reduce.h`, QuantizedMeanOrSum: single precision, as in LiteRT's ordinary one."""
        op = cast(ReduceSum, layer.op)
        outer, count, inner = reduced_axes(layer.input.shape, op.axes) or (0, 0, 0)
        source, result = layer.quantization(layer.input), layer.quantization(layer.output)
        check_factor(source.scale[0] / result.scale[0])
        scale = np.float32(source.scale[0]) / np.float32(result.scale[0])
        offset = np.float32(-source.zero_point[0]) * scale * np.float32(count)
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"sum of {count} elements, {outer * inner} times",
            fields=(
                u32("outer", outer),
                u32("count", count),
                u32("inner", inner),
                f32("scale", float(scale)),
                f32("offset", float(offset)),
                s8("output_zero", result.zero_point[0]),
            ),
            constants=(),
            cycles=outer * inner * (900 + 5 * count),
        )
