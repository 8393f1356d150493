"""int8 means along axes, global average pooling among them."""

from __future__ import annotations

from typing import cast

from codegen.fixed_point import quantize_multiplier
from codegen.graph import DType, Mean, Op
from codegen.kernels.base import Layer, LoweredLayer, s8, s32, u32
from codegen.kernels.reduced_axes import reduced_axes


class MeanS8:
    function = "thimble_mean_s8"
    serves: type[Op] = Mean
    dtype: DType | None = DType.INT8
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        if reduced_axes(layer.input.shape, cast(Mean, layer.op).axes) is None:
            return "reduces axes with others between them"
        return None if layer.output.dtype is DType.INT8 else "changes the type"

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Mean, layer.op)
        outer, count, inner = reduced_axes(layer.input.shape, op.axes) or (0, 0, 0)
        source, result = layer.quantization(layer.input), layer.quantization(layer.output)
        multiplier, shift = mean_multiplier(source.scale[0] / result.scale[0], count)
        fields = (
            u32("outer", outer), u32("count", count), u32("inner", inner),
            s32("multiplier", multiplier),
            s32("offset", -source.zero_point[0] * count),
            s8("shift", shift), s8("output_zero", result.zero_point[0]),
        )  # fmt: skip
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"mean of {count} elements, {outer * inner} times",
            fields=fields,
            constants=(),
            cycles=outer * inner * (150 + 5 * count),
        )


def mean_multiplier(ratio: float, count: int) -> tuple[int, int]:
    """Multiplier and shift of `ratio` / `count`, truncated as TFLite's QuantizedMeanOrSum does."""
    multiplier, shift = quantize_multiplier(ratio)
    bits = min(count.bit_length() - 1, 32, 31 + shift)
    return (multiplier << bits) // count, shift - bits
