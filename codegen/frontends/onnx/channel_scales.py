"""A batch norm on integers: a depthwise convolution of one tap, whose sum rounds once."""

from __future__ import annotations

import numpy as np

from codegen.graph import Array, BatchNorm, DepthwiseConv2D, DType, Quantization, Rounding, Tensor

_LARGEST_WEIGHT = 127
_LARGEST_BIAS = 2**30


def depthwise(op: BatchNorm, source: Tensor, constants: list[Array]) -> tuple[DepthwiseConv2D, list[Tensor]]:
    """The layer as one on int8 that reads `source`, and its weights and bias. `constants` are gamma, beta,
    mean and variance, each float ``[channels]``."""
    gamma, beta, mean, variance = (data.astype(np.float64) for data in constants)
    factors = gamma / np.sqrt(variance + op.epsilon)
    addends = beta - mean * factors
    step = source.quantization.scale[0] if source.quantization else 1.0
    scales = np.maximum(np.abs(factors) / _LARGEST_WEIGHT, np.abs(addends) / (step * _LARGEST_BIAS))
    scales[scales == 0] = 1.0
    weights = np.rint(factors / scales).astype(np.int8).reshape(1, 1, 1, -1)
    bias = np.rint(addends / (step * scales)).astype(np.int32)
    quantization = Quantization(tuple(scales.tolist()), (0,) * len(scales), 3)
    made = [
        Tensor(f"{op.name}_factors", weights.shape, DType.INT8, quantization, weights),
        Tensor(f"{op.name}_addends", bias.shape, DType.INT32, None, bias),
    ]
    names = (source.name, *(tensor.name for tensor in made))
    return DepthwiseConv2D(op.name, names, op.outputs, rounding=Rounding.ONCE), made
