"""Leaky ReLU with trained slopes, int8 and float."""

from __future__ import annotations

import numpy as np

from codegen.fixed_point import quantize_multiplier
from codegen.graph import DType, Op, PRelu
from codegen.kernels.base import Layer, LoweredLayer, s8, s32
from codegen.kernels.floats import float_refusal
from codegen.kernels.operands import (
    broadcast,
    broadcast_refusal,
    constant_inputs,
    describe,
    int8_operands_refusal,
)


class PReluS8:
    function = "thimble_prelu_s8"
    serves: type[Op] = PRelu
    dtype: DType | None = DType.INT8
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        return int8_operands_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """TFLite activations.cc, PreluPrepare: multipliers in single precision."""
        source, slope = (layer.quantization(layer.graph.tensors[n]) for n in layer.op.inputs)
        output = layer.quantization(layer.output)
        s_in, s_slope, s_out = (np.float32(q.scale[0]) for q in (source, slope, output))
        identity = quantize_multiplier(float(s_in / s_out))
        slanted = quantize_multiplier(float(s_in * s_slope / s_out))
        fields = (
            broadcast(layer),
            s32("multiplier", identity[0]), s32("slope_multiplier", slanted[0]),
            s8("shift", identity[1]), s8("slope_shift", slanted[1]),
            s8("input_zero", source.zero_point[0]), s8("slope_zero", slope.zero_point[0]),
            s8("output_zero", output.zero_point[0]),
        )  # fmt: skip
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"leaky ReLU with trained slopes, {describe(layer)}",
            fields=fields,
            constants=constant_inputs(layer),
            cycles=150 * layer.output.elements,
        )


class PReluF32:
    function = "thimble_prelu_f32"
    serves: type[Op] = PRelu
    dtype: DType | None = DType.FLOAT32
    encoding = "none"
    in_place = True

    def refusal(self, layer: Layer) -> str | None:
        return float_refusal(layer) or broadcast_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"leaky ReLU with trained slopes, {describe(layer)}",
            fields=(broadcast(layer),),
            constants=constant_inputs(layer),
            cycles=154 * layer.output.elements,
        )
