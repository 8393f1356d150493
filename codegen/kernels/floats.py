"""What the float kernels share: types, clamps, weights."""

from __future__ import annotations

import numpy as np

from codegen.graph import Activation, DType
from codegen.kernels.base import Field, Layer, f32
from codegen.sparse import ConstantArray


def float_refusal(layer: Layer) -> str | None:
    """Why not all that the layer reads and writes is float, or None."""
    tensors = [layer.graph.tensors[n] for n in (*layer.op.inputs, *layer.op.outputs)]
    odd = next((t for t in tensors if t.dtype is not DType.FLOAT32), None)
    return f"mixes float32 with {odd.dtype.value}" if odd else None


def clamp(activation: Activation) -> tuple[Field, Field]:
    """The fused activation; the largest floats where it has no limit."""
    low, high = activation.limits
    return f32("output_min", low), f32("output_max", high)


def float_bias(layer: Layer, outputs: int) -> ConstantArray:
    """The bias, or zeros where there is none."""
    given = layer.constant(2) if len(layer.op.inputs) > 2 else np.zeros(outputs, np.float32)
    return ConstantArray("bias", np.asarray(given, np.float32).reshape(-1))


def float_weights(layer: Layer) -> ConstantArray:
    """The weights as they are."""
    return ConstantArray("weights", np.asarray(layer.constant(1), np.float32).reshape(-1))
