"""Small quantized networks for the compiler's tests, with arbitrary but fixed weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import (
    Activation,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    DType,
    Graph,
    MaxPool2D,
    Op,
    Padding,
    Quantization,
    Reshape,
    Rounding,
    Softmax,
    Tensor,
)


class Builder:
    """Appends int8 layers one after another."""

    def __init__(self, shape: tuple[int, ...], seed: int = 0) -> None:
        self._rng = np.random.default_rng(seed)
        self.tensors = {"x": Tensor("x", (1, *shape), DType.INT8, Quantization((0.05,), (3,)))}
        self.ops: list[Op] = []
        self._last = "x"

    @property
    def shape(self) -> tuple[int, ...]:
        return self.tensors[self._last].shape

    def _weights(self, shape: tuple[int, ...], density: float) -> tuple[str, str]:
        index = len(self.ops)
        data = self._rng.integers(-127, 128, shape, dtype=np.int8)
        data[self._rng.random(shape) >= density] = 0
        scales = tuple(float(s) for s in self._rng.uniform(0.001, 0.01, shape[0]))
        zeros = (0,) * shape[0]
        bias = self._rng.integers(-1000, 1000, shape[0], dtype=np.int32)
        self.tensors[f"w{index}"] = Tensor(
            f"w{index}", shape, DType.INT8, Quantization(scales, zeros, 0), data
        )
        self.tensors[f"b{index}"] = Tensor(f"b{index}", (shape[0],), DType.INT32, None, bias)
        return f"w{index}", f"b{index}"

    def _output(self, shape: tuple[int, ...], quantization: Quantization) -> str:
        name = f"t{len(self.ops)}"
        self.tensors[name] = Tensor(name, shape, DType.INT8, quantization)
        return name

    def conv(
        self,
        filters: int,
        kernel: int = 3,
        activation: Activation = Activation.RELU,
        pad: int = 0,
        stride: int = 1,
    ) -> Builder:
        _, height, width, channels = self.shape
        w, b = self._weights((filters, kernel, kernel, channels), 1.0)
        out = [(n + 2 * pad - kernel) // stride + 1 for n in (height, width)]
        name = self._output((1, *out, filters), Quantization((0.1,), (-5,)))
        padding = Padding(pad, pad, pad, pad)
        layer = f"conv{len(self.ops)}"
        op = Conv2D(layer, (self._last, w, b), (name,), (stride, stride), (1, 1), padding, activation)
        return self._append(op)

    def depthwise(self, stride: int = 1) -> Builder:
        """3x3, padded to the same size or, with a stride, half."""
        _, height, width, channels = self.shape
        w, b = self._weights((channels, 3, 3, 1), 1.0)
        weights = self.tensors[w]
        assert weights.data is not None
        assert weights.quantization is not None
        self.tensors[w] = replace(
            weights,
            shape=(1, 3, 3, channels),
            data=weights.data.transpose(3, 1, 2, 0).copy(),
            quantization=replace(weights.quantization, axis=3),
        )
        out = [(n - 1) // stride + 1 for n in (height, width)]
        name = self._output((1, *out, channels), Quantization((0.1,), (-5,)))
        layer, steps = f"depthwise{len(self.ops)}", (stride, stride)
        padding = Padding(1, 1, 1, 1)
        return self._append(DepthwiseConv2D(layer, (self._last, w, b), (name,), steps, (1, 1), padding))

    def pool(self) -> Builder:
        _, height, width, channels = self.shape
        quantization = self.tensors[self._last].quantization
        assert quantization is not None
        name = self._output((1, height // 2, width // 2, channels), quantization)
        return self._append(MaxPool2D(f"pool{len(self.ops)}", (self._last,), (name,)))

    def flatten(self) -> Builder:
        quantization = self.tensors[self._last].quantization
        assert quantization is not None
        name = self._output((1, int(np.prod(self.shape))), quantization)
        return self._append(Reshape(f"flatten{len(self.ops)}", (self._last,), (name,)))

    def dense(self, units: int, density: float = 1.0, activation: Activation = Activation.NONE) -> Builder:
        w, b = self._weights((units, self.shape[-1]), density)
        name = self._output((1, units), Quantization((0.2,), (4,)))
        return self._append(Dense(f"dense{len(self.ops)}", (self._last, w, b), (name,), activation))

    def softmax(self) -> Builder:
        name = self._output(self.shape, Quantization((1 / 256,), (-128,)))
        return self._append(Softmax(f"softmax{len(self.ops)}", (self._last,), (name,)))

    def _append(self, op: Op) -> Builder:
        self.ops.append(op)
        self._last = op.outputs[0]
        return self

    def graph(self, name: str = "network") -> Graph:
        return Graph(name, self.tensors, tuple(self.ops), ("x",), (self._last,))


def small_lenet(density: float = 1.0) -> Graph:
    """conv, conv, pool, flatten, dense, dense, softmax."""
    body = Builder((10, 10, 2)).conv(4).conv(6).pool().flatten()
    return body.dense(12, density, Activation.RELU).dense(5).softmax().graph("small_lenet")


def weights_in_flash() -> Graph:
    """More weights than fit into the Pico's RAM, and in one layer more than its cache holds."""
    return Builder((6, 6, 160)).conv(160, 1).flatten().dense(60).graph("weights_in_flash")


def as_float(graph: Graph, seed: int) -> Graph:
    """The same layers in float, with weights and biases of both signs."""
    rng = np.random.default_rng(seed)
    tensors = {}
    for name, tensor in graph.tensors.items():
        data = None if tensor.data is None else rng.normal(size=tensor.shape).astype(np.float32)
        tensors[name] = Tensor(name, tensor.shape, DType.FLOAT32, None, data)
    ops = (replace(op, rounding=Rounding.TWICE) if hasattr(op, "rounding") else op for op in graph.ops)
    return replace(graph, tensors=tensors, ops=tuple(ops))
