"""A float convolution whose one window is the whole image, as the dense layer that it is."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Conv2D, DType, Op, Padding
from codegen.kernels.base import Layer, LoweredLayer, pointer, u32
from codegen.kernels.dense_f32_m4 import DenseF32M4, dense_cycles
from codegen.kernels.floats import clamp, float_refusal
from codegen.kernels.fours import four_rows_at_a_time
from codegen.kernels.weights_f32 import Conv2DF32
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu


class Conv2DAsDenseF32M4:
    """The classifier of a MobileNet is one: a 1x1 convolution of a single pixel."""

    function = DenseF32M4.function
    serves: type[Op] = Conv2D
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        op = cast(Conv2D, layer.op)
        if op.groups != 1:
            return "has groups"
        if layer.constant(1).shape[1:] != layer.input.shape[1:] or op.padding != Padding():
            return "reads another window than the whole image"
        return float_refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Conv2D, layer.op)
        portable = Conv2DF32().lower(layer)
        weights = np.asarray(layer.constant(1), np.float32)
        rows = weights.reshape(len(weights), -1)
        outputs, inputs = rows.shape
        others = tuple(c for c in portable.constants if c.role != "weights")
        return replace(
            portable,
            function=self.function,
            fields=(
                pointer("weights"),
                pointer("bias"),
                *clamp(op.activation),
                u32("inputs", inputs),
                u32("outputs", outputs),
            ),
            constants=(ConstantArray("weights", four_rows_at_a_time(rows)), *others),
            cycles=dense_cycles(outputs, inputs),
        )
