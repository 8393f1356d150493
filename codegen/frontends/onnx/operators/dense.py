"""Gemm and MatMul."""

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
from codegen.graph import Add, Array, Conv2D, Dense, MatMul, Mul
from codegen.graph.shapes.elementwise import broadcast


@dataclass(frozen=True, slots=True, eq=False)
class _Weights:
    """``[out, in]``, and the bias ``[out]``."""

    weights: Constant
    bias: Array | None


def gemm(builder: Builder, node: Node) -> Value:
    """alpha · A · B + beta · C: with A computed and B constant a dense layer."""
    if isinstance(builder.value(node, 0), Constant) or isinstance(builder.value(node, 1), Activation):
        return _computed_gemm(builder, node)
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
        matrix = _times(matrix, alpha)
    if not node.has_input(2):
        return _rows(builder, node, value, _Weights(matrix, None))
    addend = builder.value(node, 2)
    if isinstance(addend, Constant) and _is_row(addend.data, len(matrix.data)):
        row = np.broadcast_to(addend.data.reshape(-1), (len(matrix.data),))
        scaled = row if beta == 1.0 else (row * np.float32(beta)).astype(row.dtype)
        return _rows(builder, node, value, _Weights(matrix, scaled))
    return _plus(builder, node, _rows(builder, node, value, _Weights(matrix, None), "_product"), addend)


def _times(matrix: Constant, factor: float) -> Constant:
    """The weights with the factor in them; integers behind them keep what they are, and get other scales."""
    scale = matrix.quantization
    if scale is not None:
        scale = replace(scale, scale=tuple(s * factor for s in scale.scale)) if factor > 0 else None
    return Constant((matrix.data * np.float32(factor)).astype(matrix.data.dtype), scale)


def _plus(builder: Builder, node: Node, result: Activation, addend: Value) -> Activation:
    """beta times the addend is added."""
    beta = node.number("beta", 1.0)
    if isinstance(addend, Constant) and beta != 1.0:
        addend = Constant((addend.data * np.float32(beta)).astype(addend.data.dtype))
    elif beta != 1.0:
        addend = combined(builder, node, Mul, addend, _number(beta), "_addend")
    return combined(builder, node, Add, result, addend)


def _computed_gemm(builder: Builder, node: Node) -> Value:
    """With a computed B."""
    factors = [builder.value(node, index) for index in (0, 1)]
    for index, name in enumerate(("transA", "transB")):
        factor = factors[index]
        if not node.integer(name, 0):
            continue
        if isinstance(factor, Constant):
            factors[index] = Constant(factor.data.T)
        else:
            factors[index] = transposed(builder, node, factor, (1, 0))
    result = product(builder, node, *factors)
    alpha = node.number("alpha", 1.0)
    if alpha != 1.0:
        result = combined(builder, node, Mul, result, _number(alpha), "_alpha")
    return _plus(builder, node, result, builder.value(node, 2)) if node.has_input(2) else result


def _number(value: float) -> Constant:
    return Constant(np.full((), value, np.float32))


def _is_row(data: Array, outputs: int) -> bool:
    """Whether every row of the result adds the same: a bias."""
    return data.size in (1, outputs) and (data.size == 1 or data.shape[-1] == outputs)


def mat_mul(builder: Builder, node: Node) -> Value:
    """A · B: with a constant matrix or vector B a dense layer, otherwise the product of two stacks."""
    second = builder.value(node, 1)
    first = builder.value(node, 0)
    if isinstance(first, Constant) or isinstance(second, Activation) or second.data.ndim > 2:
        return product(builder, node, first, second)
    value, matrix = builder.real(node), builder.known(node, 1)
    if matrix.data.ndim not in (1, 2) or value.rank < 1:
        raise node.broken(f"multiplies {list(value.shape)} with {list(matrix.data.shape)}")
    lead = value.shape[:-1]
    if matrix.data.ndim == 1:
        matrix = Constant(matrix.data[:, None])
        shape = lead
    else:
        shape = (*lead, matrix.data.shape[1])
    value = reshape(builder, node, value, (prod(lead), value.shape[-1]))
    result = _rows(builder, node, value, _Weights(builder.turned(matrix, (1, 0)), None))
    return reshape(builder, node, result, shape)


def product(builder: Builder, node: Node, a: Value, b: Value) -> Activation:
    """Of two values, constant or computed, as NumPy's matmul."""
    factors = [_matrix(builder, node, a, 0), _matrix(builder, node, b, -1)]
    shapes = [builder.tensors[tensor].shape for tensor in factors]
    before = broadcast(shapes[0][:-2], shapes[1][:-2])
    if before is None or shapes[0][-1] != shapes[1][-2]:
        raise node.broken(f"multiplies {list(shapes[0])} with {list(shapes[1])}")
    whole = (*before, shapes[0][-2], shapes[1][-1])
    tensor = builder.emit(node, MatMul, (factors[0], factors[1]), whole)
    vectors = [len(v.data.shape if isinstance(v, Constant) else v.shape) == 1 for v in (a, b)]
    shape = tuple(n for axis, n in zip((-2, -1), whole[-2:], strict=True) if not vectors[axis + 2])
    shape = (*before, *shape)
    return Activation(shape, builder.reshaped(node, tensor, shape, suffix="_vector"), identity(len(shape)))


def _matrix(builder: Builder, node: Node, value: Value, added: int) -> str:
    """The tensor of a factor; a vector gets an axis of length 1 at `added`, 0 or −1."""
    if isinstance(value, Constant):
        if value.data.dtype != np.float32 or not value.data.ndim:
            raise node.refusal(f"multiplies with {value.data.dtype.name} numbers", "use float32 matrices")
        data = np.expand_dims(value.data, added) if value.data.ndim == 1 else value.data
        return builder.add_constant(f"{node.name}_matrix", data, value.quantization)
    builder.require_real(node, value)
    if not value.rank:
        raise node.broken("multiplies a single number")
    value = builder.plain(node, value)
    if value.rank > 1:
        return value.tensor
    whole = (1, *value.shape) if added == 0 else (*value.shape, 1)
    return builder.reshaped(node, value.tensor, whole, suffix="_matrix")


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
