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
    Reshape,
    Softmax,
    Tensor,
    verify,
)  # fmt: skip

Array = npt.NDArray[np.float32]


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


def _apply(
    op: Op, operands: list[npt.NDArray[np.float64]], shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    x = operands[0]
    if isinstance(op, Conv2D):
        pad = op.padding
        x = np.pad(x, ((0, 0), (pad.top, pad.bottom), (pad.left, pad.right), (0, 0)))
        _, kernel_h, kernel_w, _ = operands[1].shape
        windows = np.lib.stride_tricks.sliding_window_view(x[0], (kernel_h, kernel_w), axis=(0, 1))
        return _relu(op, np.einsum("yxcij,oijc->yxo", windows, operands[1])[None] + operands[2])
    if isinstance(op, Dense):
        return _relu(op, x @ operands[1].T + operands[2])
    if isinstance(op, MaxPool2D):
        n, height, width, channels = shape
        return x.reshape(n, height, 2, width, 2, channels).max(axis=(2, 4))
    if isinstance(op, Softmax):
        raised = np.exp(x - x.max())
        return raised / raised.sum()
    return x.reshape(shape)


def _relu(op: Conv2D | Dense, x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.maximum(x, 0.0) if op.activation is Activation.RELU else x
