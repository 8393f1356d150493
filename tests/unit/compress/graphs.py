"""Float Graphs with random weights, and what they compute, for tests of pruning."""

import numpy as np
import numpy.typing as npt

from codegen.graph import (
    Activation,
    Conv2D,
    Dense,
    DType,
    Graph,
    MaxPool2D,
    Op,
    Padding,
    Relu,
    Reshape,
    Softmax,
    Tensor,
    verify,
)  # fmt: skip

Array = npt.NDArray[np.float32]
Array64 = npt.NDArray[np.float64]


def convnet(filters: tuple[int, int] = (4, 6), hidden: int = 8, classes: int = 3, seed: int = 0) -> Graph:
    """8×8×2 → conv a → max pool → conv b → flatten → dense c → dense d → softmax."""
    rng = np.random.default_rng(seed)
    tensors: dict[str, Tensor] = {}

    def tensor(name: str, shape: tuple[int, ...], data: Array | None = None) -> str:
        tensors[name] = Tensor(name, shape, DType.FLOAT32, data=data)
        return name

    def weights(layer: str, *shape: int) -> tuple[str, str]:
        kernel = rng.normal(size=shape).astype(np.float32)
        bias = rng.normal(size=shape[0]).astype(np.float32)
        return tensor(f"{layer}/kernel", shape, kernel), tensor(f"{layer}/bias", (shape[0],), bias)

    a, b = filters
    relu = Activation.RELU
    ops: tuple[Op, ...] = (
        Conv2D("a", (tensor("x", (1, 8, 8, 2)), *weights("a", a, 3, 3, 2)), (tensor("a", (1, 8, 8, a)),),
               padding=Padding(1, 1, 1, 1), activation=relu),
        MaxPool2D("pool", ("a",), (tensor("pool", (1, 4, 4, a)),)),
        Conv2D("b", ("pool", *weights("b", b, 3, 3, a)), (tensor("b", (1, 2, 2, b)),), activation=relu),
        Reshape("flat", ("b",), (tensor("flat", (1, 4 * b)),)),
        Dense("c", ("flat", *weights("c", hidden, 4 * b)), (tensor("c", (1, hidden)),), activation=relu),
        Dense("d", ("c", *weights("d", classes, hidden)), (tensor("d", (1, classes)),)),
        Softmax("d/softmax", ("d",), (tensor("y", (1, classes)),)),
    )  # fmt: skip
    return verify(Graph("convnet", tensors, ops, ("x",), ("y",)))


def compute(graph: Graph, x: Array) -> Array:
    """The output for one input, straight from the definitions."""
    values = {graph.inputs[0]: x.astype(np.float64)}
    for op in graph.ops:
        operands = [values[n] if n in values else np.asarray(graph.tensors[n].data) for n in op.inputs]
        values[op.outputs[0]] = _apply(op, operands, graph.tensors[op.outputs[0]].shape)
    return values[graph.outputs[0]]


def _apply(op: Op, operands: list[Array64], shape: tuple[int, ...]) -> Array64:
    x = operands[0]
    if isinstance(op, Conv2D):
        windows = _windows(x, op.padding, _reach(operands[1].shape[1:3], op.dilation), op.stride, 0.0)
        taken = windows[..., :: op.dilation[0], :: op.dilation[1]]
        return _activated(op, np.einsum("yxcij,oijc->yxo", taken, operands[1])[None] + operands[2])
    if isinstance(op, MaxPool2D):
        return _windows(x, op.padding, op.pool, op.stride, -np.inf).max(axis=(3, 4))[None]
    if isinstance(op, Dense):
        return _activated(op, x @ operands[1].T + operands[2])
    if isinstance(op, Softmax):
        raised = np.exp(x - x.max())
        return raised / raised.sum()
    return _activated(op, x) if isinstance(op, Relu) else x.reshape(shape)


def _reach(kernel: tuple[int, ...], dilation: tuple[int, int]) -> tuple[int, int]:
    return (kernel[0] - 1) * dilation[0] + 1, (kernel[1] - 1) * dilation[1] + 1


def _windows(
    x: Array64, pad: Padding, reach: tuple[int, int], stride: tuple[int, int], fill: float
) -> Array64:
    """[rows, columns, channels, height, width]"""
    amounts = ((0, 0), (pad.top, pad.bottom), (pad.left, pad.right), (0, 0))
    padded = np.pad(x, amounts, constant_values=fill)
    every = np.lib.stride_tricks.sliding_window_view(padded[0], reach, axis=(0, 1))
    return every[:: stride[0], :: stride[1]]


def _activated(op: Conv2D | Dense | Relu, x: Array64) -> Array64:
    if op.activation is Activation.NONE:
        return x
    return np.clip(x, 0.0, 6.0 if op.activation is Activation.RELU6 else None)
