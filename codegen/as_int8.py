"""A float Graph as the int8 Graph that it will become, with assumed scales: for previews only.

Sizes, addresses and storage formats do not depend on the scales, so a preview needs no calibration.
What it computes means nothing, and nothing is ever run from it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import Array, Conv2D, Dense, DType, Graph, Op, Quantization, Softmax, Tensor

_ASSUMED = Quantization((1 / 64,), (0,))
_SOFTMAX = Quantization((1 / 256,), (-128,))


def as_int8(graph: Graph) -> Graph:
    """The graph with int8 activations and weights and int32 biases, zeros kept as zeros."""
    tensors = {name: _activation(t) if t.data is None else t for name, t in graph.tensors.items()}
    for op in graph.ops:
        if isinstance(op, Softmax):
            name = op.outputs[0]
            tensors[name] = replace(tensors[name], quantization=_SOFTMAX)
        if isinstance(op, Conv2D | Dense):
            tensors.update(_constants(graph, op))
    return replace(graph, tensors=tensors)


def _activation(tensor: Tensor) -> Tensor:
    return replace(tensor, dtype=DType.INT8, quantization=_ASSUMED)


def _constants(graph: Graph, op: Op) -> dict[str, Tensor]:
    weights = graph.tensors[op.inputs[1]]
    if weights.data is None or weights.dtype is not DType.FLOAT32:
        return {}
    scales = _scales(weights.data)
    shape = (-1, *(1 for _ in weights.shape[1:]))
    quantized = np.clip(np.rint(weights.data / scales.reshape(shape)), -127, 127).astype(np.int8)
    quantization = Quantization(tuple(map(float, scales)), (0,) * len(scales), 0)
    result = {weights.name: Tensor(weights.name, weights.shape, DType.INT8, quantization, quantized)}
    for name in op.inputs[2:]:
        bias = graph.tensors[name]
        result[name] = Tensor(name, bias.shape, DType.INT32, None, np.ones(bias.shape, np.int32))
    return result


def _scales(weights: Array) -> Array:
    """One scale an output channel; never 0."""
    largest = np.abs(weights.reshape(len(weights), -1)).max(axis=1)
    return np.where(largest > 0, largest / 127, 1.0)
