"""A float Graph as the int8 Graph that it will become, with assumed scales: for previews only.

Addresses and storage formats do not depend on the scales, nor do sizes, but for the table of a softmax: it is
assumed at its largest, 1 KB, and shorter where its input reaches far. A preview so needs no calibration.
What it computes means nothing, and nothing is ever run from it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import (
    Add,
    Array,
    BatchNorm,
    Dequantize,
    DType,
    Graph,
    Mul,
    Op,
    Quantization,
    Quantize,
    Softmax,
    Tensor,
)
from codegen.passes import run_passes

#: The lowest number stands for 0, as in files behind a ReLU: fused ones then cost no comparison.
_ASSUMED = Quantization((1 / 64,), (-128,))
_SOFTMAX = Quantization((1 / 256,), (-128,))


def as_int8(graph: Graph) -> Graph:
    """The graph with int8 activations and weights and int32 biases, zeros kept as zeros.

    Batch norms are folded first, as a converter does; those that cannot be are a product and a sum.
    """
    graph = _without_batch_norms(run_passes(graph))
    tensors = {name: _activation(t) for name, t in graph.tensors.items()}
    for op in graph.ops:
        if isinstance(op, Softmax):
            name = op.outputs[0]
            tensors[name] = replace(tensors[name], quantization=_SOFTMAX)
        tensors.update(_constants(graph, op))
    return replace(graph, tensors=tensors)


def with_float_ends(graph: Graph) -> Graph:
    """An int8 graph that reads and writes floats, as quantized ONNX files do."""
    tensors: dict[str, Tensor] = {}
    stand_in = {name: f"{name}/integers" for name in (*graph.inputs, *graph.outputs)}
    for name, integers in stand_in.items():
        tensor = graph.tensors[name]
        tensors[integers] = replace(tensor, name=integers)
        tensors[name] = replace(tensor, dtype=DType.FLOAT32, quantization=None)
    ops = [
        replace(
            op,
            inputs=tuple(stand_in.get(name, name) for name in op.inputs),
            outputs=tuple(stand_in.get(name, name) for name in op.outputs),
        )
        for op in graph.ops
    ]
    before = [Quantize(f"{name}/quantize", (name,), (stand_in[name],)) for name in graph.inputs]
    after = [Dequantize(f"{name}/dequantize", (stand_in[name],), (name,)) for name in graph.outputs]
    return graph.with_ops((*before, *ops, *after), **tensors)


def _without_batch_norms(graph: Graph) -> Graph:
    ops: list[Op] = []
    tensors: dict[str, Tensor] = {}
    for op in graph.ops:
        if not isinstance(op, BatchNorm):
            ops.append(op)
            continue
        scaled = f"{op.name}/scaled"
        gamma, beta = op.inputs[1:3]
        tensors[scaled] = replace(graph.tensors[op.outputs[0]], name=scaled)
        ops.append(Mul(scaled, (op.inputs[0], gamma), (scaled,)))
        ops.append(Add(op.name, (scaled, beta), op.outputs))
    return graph.with_ops(tuple(ops), **tensors).pruned()


def _activation(tensor: Tensor) -> Tensor:
    """Activations, and constants that stand in for them, with one assumed scale."""
    if tensor.dtype is not DType.FLOAT32:
        return tensor
    data = None if tensor.data is None else (tensor.data != 0).astype(np.int8)
    return replace(tensor, dtype=DType.INT8, quantization=_ASSUMED, data=data)


def _constants(graph: Graph, op: Op) -> dict[str, Tensor]:
    """The weights and the bias of a layer that has them."""
    weights = graph.weight(op)
    if weights is None or weights.data is None or weights.dtype is not DType.FLOAT32:
        return {}
    axis = op.weight_axis or 0
    scales = _scales(weights.data, axis)
    shape = tuple(len(scales) if n == axis else 1 for n in range(weights.data.ndim))
    quantized = np.clip(np.rint(weights.data / scales.reshape(shape)), -127, 127).astype(np.int8)
    quantization = Quantization(tuple(map(float, scales)), (0,) * len(scales), axis)
    result = {weights.name: Tensor(weights.name, weights.shape, DType.INT8, quantization, quantized)}
    for name in op.inputs[2:]:
        bias = graph.tensors[name]
        result[name] = Tensor(name, bias.shape, DType.INT32, None, np.ones(bias.shape, np.int32))
    return result


def _scales(weights: Array, axis: int) -> Array:
    """One scale an output channel; never 0."""
    others = tuple(n for n in range(weights.ndim) if n != axis)
    largest = np.abs(weights).max(axis=others)
    return np.where(largest > 0, largest / 127, 1.0)
