"""What dense layers and convolutions share: folded biases and requantization tables."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.fixed_point import quantize_multiplier, requantize_once, requantize_twice
from codegen.graph import Array, Conv2D, DepthwiseConv2D, DType, Rounding, Tensor
from codegen.kernels.base import Field, Layer
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix

_INT32 = np.iinfo(np.int32)


def weight_matrix(layer: Layer) -> Int8Matrix:
    """The weights as ``[outputs, weights per output]``."""
    weights = layer.constant(1)
    return weights.reshape(weights.shape[0], -1)


def has_symmetric_weights(layer: Layer) -> bool:
    """Whether the integer 0 stands for 0 in the weights."""
    quantization = layer.graph.tensors[layer.op.inputs[1]].quantization
    return quantization is None or not any(quantization.zero_point)


def int8_refusal(layer: Layer) -> str | None:
    """Why the layer is not one for int8 kernels, whose weights are symmetric, or None."""
    if not has_symmetric_weights(layer):
        return "has weights that are not symmetric (a zero point other than 0)"
    return int8_types_refusal(layer)


def int8_types_refusal(layer: Layer) -> str | None:
    """Why the layer does not compute with int8 alone, or None."""
    tensors = [layer.graph.tensors[n] for n in (*layer.op.inputs[:2], layer.op.outputs[0])]
    odd = next((t for t in tensors if t.dtype.value != "int8" or t.quantization is None), None)
    if odd:
        return f"computes with {odd.dtype.value} beside int8, or has no scale"
    return _bias_refusal(layer)


def _bias_refusal(layer: Layer) -> str | None:
    """Why the layer's bias, its third input if it has one, cannot be one of int32, or None."""
    if len(layer.op.inputs) < 3:
        return None
    dtype = layer.graph.tensors[layer.op.inputs[2]].dtype
    if dtype not in (DType.INT32, DType.INT64):
        return f"has a bias of {dtype.value} beside int8 weights"
    given, weights = layer.constant(2).reshape(-1), layer.constant(1)
    others = tuple(axis for axis in range(weights.ndim) if axis != layer.op.weight_axis)
    zero = layer.quantization(layer.input).zero_point[0]
    # In double precision, which has room for both, so that nothing wraps around here.
    folded = given.astype(np.float64) - zero * weights.sum(axis=others, dtype=np.float64)
    fits = all(_INT32.min <= n <= _INT32.max for n in (*_ends(given), *_ends(folded)))
    return None if fits else "has a bias that does not fit into 32 bits"


def _ends(values: Array) -> tuple[float, float]:
    return float(values.min()), float(values.max())


def folded_bias(layer: Layer) -> ConstantArray:
    """bias − zero point of the input · Σ weights, one int32 an output."""
    weights = weight_matrix(layer).astype(np.int64)
    zero = layer.quantization(layer.input).zero_point[0]
    bias = (
        layer.constant(2).astype(np.int64) if len(layer.op.inputs) > 2 else np.zeros(len(weights), np.int64)
    )
    return ConstantArray("bias", (bias - zero * weights.sum(axis=1)).astype(np.int32))


def reach(weights: Int8Matrix, bias: npt.NDArray[Any]) -> tuple[tuple[int, int], ...]:
    """The lowest and the highest total of each output, whatever the input; weights ``[outputs, taps]``, and
    `bias` with the input's zero point folded in."""
    ends = weights.astype(np.int64)[None] * np.array([-128, 127])[:, None, None]
    low, high = (end.sum(axis=1) + bias for end in (ends.min(axis=0), ends.max(axis=0)))
    return tuple(zip(low.tolist(), high.tolist(), strict=True))


def multipliers(layer: Layer) -> tuple[ConstantArray, ConstantArray]:
    """Multiplier and shift of s_in · s_weight / s_out; one entry for each scale of the weights.

    Computed in double precision as TFLite's PopulateConvolutionQuantizationParams does.
    """
    s_in = layer.quantization(layer.input).scale[0]
    s_out = layer.quantization(layer.output).scale[0]
    weights: Tensor = layer.graph.tensors[layer.op.inputs[1]]
    pairs = [quantize_multiplier(s_in * s / s_out) for s in layer.quantization(weights).scale]
    multiplier = np.array([m for m, _ in pairs], dtype=np.int32)
    shift = np.array([s for _, s in pairs], dtype=np.int8)
    return ConstantArray("multiplier", multiplier), ConstantArray("shift", shift)


def requantize(rounding: Rounding, total: int, multiplier: int, shift: int) -> int:
    """total · multiplier · 2^(shift − 31), rounded as often as asked."""
    exact = requantize_once if rounding is Rounding.ONCE else requantize_twice
    return exact(total, multiplier, shift)


def rounding_field(op: Conv2D | DepthwiseConv2D) -> Field:
    """How often the convolution rounds, as a member of its parameters."""
    return Field("rounding", f"THIMBLE_ROUND_{op.rounding.name}", 1)


def per_channel(array: ConstantArray, channels: int) -> ConstantArray:
    """One entry repeated for every channel where there is only one."""
    return (
        array if len(array.data) == channels else ConstantArray(array.role, np.repeat(array.data, channels))
    )
