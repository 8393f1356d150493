"""A batch norm behind a float layer with weights becomes part of its weights and its bias."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import Activation, Array, BatchNorm, DType, Graph, Op, Tensor


def fold_batch_norm(graph: Graph) -> Graph:
    """Merge each BatchNorm into the convolution or dense layer that alone feeds it.

    Computed in double precision and rounded once to float32.
    """
    ops: list[Op] = []
    tensors: dict[str, Tensor] = {}
    for op in graph.ops:
        before = _layer_before(graph, ops, op)
        if before is None:
            ops.append(op)
        else:
            ops[before] = _folded(graph, ops[before], op, tensors)
    return graph.with_ops(tuple(ops), **tensors)


def _layer_before(graph: Graph, done: list[Op], op: Op) -> int | None:
    if not isinstance(op, BatchNorm):
        return None
    source = op.inputs[0]
    if source in graph.outputs or len(graph.consumers(source)) != 1:
        return None
    return next(
        (n for n, before in enumerate(done) if source in before.outputs and _folds(graph, before)), None
    )


def _folds(graph: Graph, op: Op) -> bool:
    """Whether it has float weights of its own and clamps nothing."""
    weight = graph.weight(op)
    free = getattr(op, "activation", Activation.NONE) is Activation.NONE
    own = weight is not None and len(graph.consumers(weight.name)) == 1
    return free and own and weight is not None and weight.dtype is DType.FLOAT32


def _folded(graph: Graph, layer: Op, norm: Op, tensors: dict[str, Tensor]) -> Op:
    assert isinstance(norm, BatchNorm)  # noqa: S101 - told to the type checker
    gamma, beta, mean, variance = (_data(graph.tensors[name]) for name in norm.inputs[1:])
    factor = gamma / np.sqrt(variance + norm.epsilon)
    weight = graph.tensors[layer.inputs[1]]
    axis = layer.weight_axis or 0
    shape = tuple(-1 if n == axis else 1 for n in range(len(weight.shape)))
    bias = _data(graph.tensors[layer.inputs[2]]) if len(layer.inputs) > 2 else np.zeros(len(gamma))
    names = (f"{layer.inputs[1]}_folded", f"{layer.name}_bias_folded")
    results = (_data(weight) * factor.reshape(shape), (bias - mean) * factor + beta)
    for name, data in zip(names, results, strict=True):
        tensors[name] = Tensor(name, data.shape, DType.FLOAT32, None, data.astype(np.float32))
    return replace(layer, inputs=(layer.inputs[0], *names), outputs=norm.outputs)


def _data(tensor: Tensor) -> Array:
    if tensor.data is None:
        raise ValueError(f"{tensor.name} is no constant")
    return tensor.data.astype(np.float64)
