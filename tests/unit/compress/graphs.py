"""Float Graphs with random weights, and what they compute, for tests of pruning."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import (
    Activation,
    Add,
    AveragePool2D,
    BatchNorm,
    Clip,
    Concat,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    DType,
    Elu,
    Exp,
    Gelu,
    Graph,
    HardSigmoid,
    HardSwish,
    LeakyRelu,
    LogSoftmax,
    Maximum,
    MaxPool2D,
    Mean,
    Minimum,
    Mul,
    Op,
    Pad,
    Padding,
    PRelu,
    ReduceMax,
    Relu,
    Reshape,
    Sigmoid,
    Silu,
    Softmax,
    Sub,
    Tanh,
    Tensor,
    Transpose,
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


class Builder:
    """Writes a float Graph down layer by layer, with random weights. Layers give the name of their output."""

    def __init__(self, seed: int, image: tuple[int, int, int]) -> None:
        self.rng = np.random.default_rng(seed)
        self.tensors: dict[str, Tensor] = {"x": Tensor("x", (1, *image), DType.FLOAT32)}
        self.ops: list[Op] = []

    def shape(self, name: str) -> tuple[int, ...]:
        return self.tensors[name].shape

    def weights(self, name: str, *shape: int) -> str:
        data = self.rng.normal(size=shape).astype(np.float32)
        self.tensors[name] = Tensor(name, shape, DType.FLOAT32, data=data)
        return name

    def add(self, op: Op, *shape: int) -> str:
        self.ops.append(op)
        self.tensors[op.name] = Tensor(op.name, shape, DType.FLOAT32)
        return op.name

    def conv(self, name: str, source: str, filters: int, kernel: int = 3, stride: int = 1) -> str:
        _, height, width, channels = self.shape(source)
        read = (source, self.weights(f"{name}/kernel", filters, kernel, kernel, channels))
        edge = kernel // 2
        size = ((height - 1) // stride + 1, (width - 1) // stride + 1)
        op = Conv2D(name, read, (name,), (stride, stride), padding=Padding(edge, edge, edge, edge))
        return self.add(op, 1, *size, filters)

    def norm(self, name: str, source: str) -> str:
        channels = self.shape(source)[-1]
        parts = [self.weights(f"{name}/{part}", channels) for part in ("gamma", "beta", "mean")]
        spread = self.tensors[self.weights(f"{name}/variance", channels)]
        positive = Tensor(spread.name, spread.shape, DType.FLOAT32, data=np.abs(np.asarray(spread.data)))
        self.tensors[spread.name] = positive
        return self.add(BatchNorm(name, (source, *parts, spread.name), (name,)), *self.shape(source))

    def depthwise(self, name: str, source: str, multiplier: int = 1) -> str:
        _, height, width, channels = self.shape(source)
        made = channels * multiplier
        read = (source, self.weights(f"{name}/kernel", 1, 3, 3, made), self.weights(f"{name}/bias", made))
        op = DepthwiseConv2D(name, read, (name,), padding=Padding(1, 1, 1, 1))
        return self.add(op, 1, height, width, made)

    def dense(self, name: str, source: str, units: int, activation: Activation = Activation.NONE) -> str:
        inputs = self.shape(source)[-1]
        read = (source, self.weights(f"{name}/kernel", units, inputs), self.weights(f"{name}/bias", units))
        return self.add(Dense(name, read, (name,), activation), 1, units)

    def graph(self, output: str) -> Graph:
        return verify(Graph("built", self.tensors, tuple(self.ops), ("x",), (output,)))


def residual_net(seed: int = 0) -> Graph:
    """What couples channels: residual and concatenated branches, batch norms, depthwise layers, a gate."""
    net = Builder(seed, (6, 6, 2))
    stem = net.add(
        Relu("stem", (net.norm("stem/norm", net.conv("stem/conv", "x", 5)),), ("stem",)), 1, 6, 6, 5
    )
    body = net.norm("body/norm", net.conv("body", net.conv("inner", stem, 4), 5))
    joined = net.add(Add("joined", (body, stem), ("joined",), Activation.RELU), 1, 6, 6, 5)
    deep = net.depthwise("deep", joined, 2)
    wide = net.conv("wide", deep, 6, 1)
    squeezed = net.add(Mean("squeezed", (wide,), ("squeezed",)), 1, 6)
    gate = net.dense("gate", net.dense("gate/inner", squeezed, 3, Activation.RELU), 6)
    opened = net.add(Sigmoid("opened", (gate,), ("opened",)), 1, 6)
    shaped = net.add(Reshape("shaped", (opened,), ("shaped",)), 1, 1, 1, 6)
    gated = net.add(Mul("gated", (wide, shaped), ("gated",)), 1, 6, 6, 6)
    both = net.add(Concat("both", (gated, joined), ("both",), 3), 1, 6, 6, 11)
    padded = net.add(Pad("padded", (both,), ("padded",), (0, 1, 1, 0), (0, 1, 1, 0)), 1, 8, 8, 11)
    last = net.conv("last", padded, 3, 3, 2)
    flat = net.add(Reshape("flat", (last,), ("flat",)), 1, 4 * 4 * 3)
    return net.graph(net.dense("answer", flat, 3))


def compute(graph: Graph, x: Array) -> Array:
    """The output for one input, straight from the definitions."""
    values = {graph.inputs[0]: x.astype(np.float64)}
    for op in graph.ops:
        operands = [values[n] if n in values else np.asarray(graph.tensors[n].data) for n in op.inputs]
        result = _RULES[type(op)](op, *operands) if type(op) in _RULES else _UNARY[type(op)](operands[0])
        values[op.outputs[0]] = _activated(op, result).reshape(graph.tensors[op.outputs[0]].shape)
    return values[graph.outputs[0]]


def _activated(op: Op, x: Array64) -> Array64:
    low, high = getattr(op, "activation", Activation.NONE).limits
    return np.clip(x, low, high)


def _conv2d(op: Any, x: Array64, kernel: Array64, bias: Array64 | float = 0.0) -> Array64:
    filters = kernel.shape[0] // op.groups
    parts = []
    for n, part in enumerate(np.split(x, op.groups, axis=-1)):
        windows = _windows(part, op.padding, _reach(kernel.shape[1:3], op.dilation), op.stride, 0.0)
        taken = windows[..., :: op.dilation[0], :: op.dilation[1]]
        parts.append(np.einsum("yxcij,oijc->yxo", taken, kernel[n * filters : (n + 1) * filters]))
    return np.concatenate(parts, axis=-1)[None] + bias


def _depthwise(op: Any, x: Array64, kernel: Array64, bias: Array64 | float = 0.0) -> Array64:
    wide = np.repeat(x, kernel.shape[-1] // x.shape[-1], axis=-1)
    windows = _windows(wide, op.padding, _reach(kernel.shape[1:3], op.dilation), op.stride, 0.0)
    taken = windows[..., :: op.dilation[0], :: op.dilation[1]]
    return np.einsum("yxcij,ijc->yxc", taken, kernel[0])[None] + bias


def _softmax(op: Any, x: Array64) -> Array64:
    raised = np.exp(op.beta * (x - x.max(axis=-1, keepdims=True)))
    return raised / raised.sum(axis=-1, keepdims=True)


def _batch_norm(op: Any, x: Array64, gamma: Array64, beta: Array64, mean: Array64, var: Array64) -> Array64:
    return (x - mean) / np.sqrt(var + op.epsilon) * gamma + beta


def _average(op: Any, x: Array64) -> Array64:
    inside = _windows(np.ones_like(x), op.padding, op.pool, op.stride, 0.0).sum(axis=(3, 4))
    return (_windows(x, op.padding, op.pool, op.stride, 0.0).sum(axis=(3, 4)) / inside)[None]


_RULES: dict[type[Op], Callable[..., Array64]] = {
    Conv2D: _conv2d,
    DepthwiseConv2D: _depthwise,
    Dense: lambda op, x, kernel, bias=0.0: x @ kernel.T + bias,
    BatchNorm: _batch_norm,
    MaxPool2D: lambda op, x: _windows(x, op.padding, op.pool, op.stride, -np.inf).max(axis=(3, 4))[None],
    AveragePool2D: _average,
    Mean: lambda op, x: x.mean(axis=op.axes, keepdims=op.keep_dims),
    ReduceMax: lambda op, x: x.max(axis=op.axes, keepdims=op.keep_dims),
    Softmax: _softmax,
    LogSoftmax: lambda op, x: np.log(_softmax(Softmax("", (), ()), x)),
    Add: lambda op, a, b: a + b,
    Sub: lambda op, a, b: a - b,
    Mul: lambda op, a, b: a * b,
    Maximum: lambda op, a, b: np.maximum(a, b),
    Minimum: lambda op, a, b: np.minimum(a, b),
    Concat: lambda op, *parts: np.concatenate(parts, axis=op.axis),
    Pad: lambda op, x: np.pad(x, tuple(zip(op.before, op.after, strict=True))),
    Transpose: lambda op, x: x.transpose(op.permutation),
    LeakyRelu: lambda op, x: np.where(x < 0, op.alpha * x, x),
    PRelu: lambda op, x, slope: np.where(x < 0, slope * x, x),
    Clip: lambda op, x: np.clip(x, op.low, op.high),
    Elu: lambda op, x: np.where(x < 0, op.alpha * np.expm1(np.minimum(x, 0)), x),
    HardSigmoid: lambda op, x: np.clip(op.alpha * x + op.beta, 0, 1),
}

_UNARY: dict[type[Op], Callable[[Array64], Array64]] = {
    Relu: lambda x: x,
    Reshape: lambda x: x,
    Sigmoid: lambda x: 0.5 * (1.0 + np.tanh(x / 2.0)),
    Tanh: np.tanh,
    Exp: np.exp,
    Silu: lambda x: x * 0.5 * (1.0 + np.tanh(x / 2.0)),
    HardSwish: lambda x: x * np.clip(x + 3, 0, 6) / 6,
    Gelu: lambda x: x * 0.5 * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0))),
}


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
