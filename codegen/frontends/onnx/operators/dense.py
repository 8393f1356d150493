"""Gemm and MatMul with constant weights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.arithmetic import combined
from codegen.frontends.onnx.operators.movements import transposed
from codegen.frontends.onnx.reshaping import reshape
from codegen.frontends.onnx.value import Activation, Constant, Value, identity
from codegen.graph import Add, Array, Conv2D, Dense


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """``[out, in]``, and the bias ``[out]``."""

    weights: Constant
    bias: Array | None


def gemm(builder: Builder, node: Node) -> Value:
    """alpha · A · B + beta · C, with A computed and B constant."""
    value = builder.real(node)
    matrix = builder.known(node, 1)
    if value.rank != 2 or matrix.data.ndim != 2:
        raise node.broken("multiplies what is no matrix")
    if node.integer("transA", 0):
        value = transposed(builder, node, value, (1, 0))
    if node.integer("transB", 0) == 0:
        matrix = builder.turned(matrix, (1, 0))
    alpha, beta = node.number("alpha", 1.0), node.number("beta", 1.0)
    if alpha != 1.0:
        matrix = Constant((matrix.data * np.float32(alpha)).astype(matrix.data.dtype))
    if not node.has_input(2):
        return _rows(builder, node, value, _Weights(matrix, None))
    addend = builder.value(node, 2)
    if isinstance(addend, Constant) and _is_row(addend.data, len(matrix.data)):
        row = np.broadcast_to(addend.data.reshape(-1), (len(matrix.data),))
        scaled = row if beta == 1.0 else (row * np.float32(beta)).astype(row.dtype)
        return _rows(builder, node, value, _Weights(matrix, scaled))
    if beta != 1.0 and not isinstance(addend, Constant):
        raise node.refusal(f"adds a computed C times {beta}", "use beta=1")
    if isinstance(addend, Constant) and beta != 1.0:
        addend = Constant((addend.data * np.float32(beta)).astype(addend.data.dtype))
    product = _rows(builder, node, value, _Weights(matrix, None), "_product")
    return combined(builder, node, Add, product, addend)


def _is_row(data: Array, outputs: int) -> bool:
    """Whether every row of the result adds the same: a bias."""
    return data.size in (1, outputs) and (data.size == 1 or data.shape[-1] == outputs)


def mat_mul(builder: Builder, node: Node) -> Value:
    """A · B with A computed, of any rank, and B a constant matrix or vector."""
    value = builder.real(node)
    matrix = builder.known(node, 1)
    if matrix.data.ndim not in (1, 2) or value.rank < 1:
        raise node.refusal(
            f"multiplies with a constant {list(matrix.data.shape)}", "use a matrix as the second factor"
        )
    lead = value.shape[:-1]
    if matrix.data.ndim == 1:
        matrix = Constant(matrix.data[:, None])
        shape = lead
    else:
        shape = (*lead, matrix.data.shape[1])
    value = reshape(builder, node, value, (prod(lead), value.shape[-1]))
    result = _rows(builder, node, value, _Weights(builder.turned(matrix, (1, 0)), None))
    return reshape(builder, node, result, shape)


def _rows(builder: Builder, node: Node, value: Activation, given: _Weights, suffix: str = "") -> Activation:
    """``[rows, in]`` to ``[rows, out]``: a dense layer, or for several rows a 1×1 convolution of them."""
    rows, taken = value.shape
    outputs = len(given.weights.data)
    if given.weights.data.shape[1] != taken:
        raise node.broken(f"has weights {list(given.weights.data.shape)} for {taken} inputs")
    if given.weights.data.dtype != np.float32:
        raise node.refusal(f"has {given.weights.data.dtype.name} weights", "use float32, or quantize")
    if rows == 1:
        weights = _unscrambled_columns(given.weights, value)
        inputs = [builder.reshaped(node, value.tensor, (1, taken))]
        inputs.append(builder.add_constant(f"{node.name}_weights", weights.data, weights.quantization))
        inputs += _bias(builder, node, given)
        tensor = builder.emit(node, Dense, tuple(inputs), (1, outputs), suffix)
        return Activation((1, outputs), tensor, identity(2))
    value = builder.plain(node, value)
    inputs = [builder.reshaped(node, value.tensor, (1, 1, rows, taken))]
    filters = given.weights.data[:, None, None, :]
    inputs.append(builder.add_constant(f"{node.name}_weights", filters, given.weights.quantization))
    inputs += _bias(builder, node, given)
    image = builder.emit(node, Conv2D, tuple(inputs), (1, 1, rows, outputs), suffix)
    tensor = builder.reshaped(node, image, (rows, outputs), suffix="_rows")
    return Activation((rows, outputs), tensor, identity(2))


def _bias(builder: Builder, node: Node, given: _Weights) -> list[str]:
    return [] if given.bias is None else [builder.add_constant(f"{node.name}_bias", np.array(given.bias))]


def _unscrambled_columns(weights: Constant, value: Activation) -> Constant:
    """The columns in the order in which a flattened image is stored."""
    if value.scramble is None:
        return weights
    columns = np.empty_like(weights.data)
    columns[:, value.scramble.positions] = weights.data
    return replace(weights, data=columns)
