"""The network as the compiler sees it: immutable tensors and typed operators in NHWC.

A `Graph` is a value. Passes take one and give another; `verify` states what always holds.

Layouts (as in TFLite): activations NHWC with a batch of 1; convolution filters
``[out, height, width, in]``; dense weights ``[out, in]``; biases ``[out]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.errors import CodegenError

Array = npt.NDArray[Any]


class DType(Enum):
    """Element types, valued by their NumPy names."""

    FLOAT32 = "float32"
    INT8 = "int8"
    UINT8 = "uint8"
    INT32 = "int32"

    @property
    def numpy(self) -> np.dtype[Any]:
        return np.dtype(self.value)

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.numpy.itemsize


class Activation(Enum):
    """An activation fused into the operator before it."""

    NONE = "none"
    RELU = "relu"
    RELU6 = "relu6"


@dataclass(frozen=True, slots=True)
class Quantization:
    """real = scale · (q − zero_point); one entry, or one for each index along `axis`."""

    scale: tuple[float, ...]
    zero_point: tuple[int, ...]
    axis: int | None = None

    @property
    def per_channel(self) -> bool:
        return len(self.scale) > 1


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A named array. `data` is given for constants (weights, biases) and None for activations."""

    name: str
    shape: tuple[int, ...]
    dtype: DType
    quantization: Quantization | None = None
    data: Array | None = field(default=None, repr=False)

    @property
    def elements(self) -> int:
        return prod(self.shape)

    @property
    def size_bytes(self) -> int:
        return self.elements * self.dtype.itemsize

    @property
    def is_constant(self) -> bool:
        return self.data is not None


@dataclass(frozen=True, slots=True)
class Padding:
    """Elements added around the height and the width."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0


@dataclass(frozen=True, slots=True)
class Op:
    """One operator. `name` is the layer's name; `inputs` and `outputs` are names of tensors."""

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The operator's name as people know it from Keras."""
        return type(self).__name__

    @property
    def data_inputs(self) -> tuple[str, ...]:
        """The inputs that are activations by position (weights and biases left out)."""
        return self.inputs[:1]


@dataclass(frozen=True, slots=True)
class Conv2D(Op):
    """Inputs: activations, filter ``[out, h, w, in]``, bias ``[out]``."""

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = Padding()
    activation: Activation = Activation.NONE


@dataclass(frozen=True, slots=True)
class Dense(Op):
    """Inputs: activations ``[1, in]``, weights ``[out, in]``, bias ``[out]``."""

    activation: Activation = Activation.NONE


@dataclass(frozen=True, slots=True)
class MaxPool2D(Op):
    pool: tuple[int, int] = (2, 2)
    stride: tuple[int, int] = (2, 2)
    padding: Padding = Padding()
    activation: Activation = Activation.NONE


@dataclass(frozen=True, slots=True)
class Softmax(Op):
    """Over the last axis."""

    beta: float = 1.0


@dataclass(frozen=True, slots=True)
class Reshape(Op):
    """The same elements in another shape (Keras: Flatten, Reshape)."""


@dataclass(frozen=True, slots=True)
class Relu(Op):
    """A ReLU that stands alone; a pass fuses it into the operator before it."""

    activation: Activation = Activation.RELU


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A network: operators in topological order over named tensors."""

    name: str
    tensors: Mapping[str, Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "tensors", MappingProxyType(dict(self.tensors)))

    def with_ops(self, ops: tuple[Op, ...], **changed: Tensor) -> Graph:
        """The graph with other operators and the tensors in `changed` replaced or added."""
        return replace(self, ops=ops, tensors={**self.tensors, **changed})

    def pruned(self) -> Graph:
        """Without the tensors that nothing reads or writes any more."""
        used = {*self.inputs, *self.outputs}
        for op in self.ops:
            used.update(op.inputs, op.outputs)
        return replace(self, tensors={n: t for n, t in self.tensors.items() if n in used})

    def producer(self, tensor: str) -> Op | None:
        """The operator that writes `tensor`, or None for an input or a constant."""
        return next((op for op in self.ops if tensor in op.outputs), None)

    def consumers(self, tensor: str) -> tuple[Op, ...]:
        return tuple(op for op in self.ops if tensor in op.inputs)

    def constants(self) -> Iterator[Tensor]:
        return (t for t in self.tensors.values() if t.is_constant)

    def weight(self, op: Op) -> Tensor | None:
        """The operator's weights (its second input), or None when it has none."""
        if len(op.inputs) < 2:
            return None
        tensor = self.tensors[op.inputs[1]]
        return tensor if tensor.is_constant else None

    @property
    def parameters(self) -> int:
        """Weights and biases, counted once."""
        return sum(t.elements for t in self.constants())

    @property
    def nonzero(self) -> int:
        return sum(int(np.count_nonzero(t.data)) for t in self.constants() if t.data is not None)


def macs(graph: Graph, op: Op) -> int:
    """Multiply-accumulates of one operator; 0 for those that only move or compare."""
    weight = graph.weight(op)
    if weight is None:
        return 0
    if isinstance(op, Conv2D):
        _, height, width, _ = graph.tensors[op.outputs[0]].shape
        return height * width * weight.elements
    return weight.elements if isinstance(op, Dense) else 0


def verify(graph: Graph) -> Graph:
    """Check what every pass must keep: names resolve, order is topological, shapes of weights fit.

    Returns the graph unchanged. Raises CodegenError with code ``broken-graph``.
    """
    known = {*graph.inputs, *(t.name for t in graph.constants())}
    for key, tensor in graph.tensors.items():
        _require(key == tensor.name, f"tensor {key!r} is filed under another name")
        if tensor.data is not None:
            _require(tuple(tensor.data.shape) == tensor.shape, f"constant {key!r} has another shape")
            _require(tensor.data.dtype == tensor.dtype.numpy, f"constant {key!r} has another type")
        _verify_quantization(tensor)
    for op in graph.ops:
        for name in (*op.inputs, *op.outputs):
            _require(name in graph.tensors, f"layer {op.name!r} names a missing tensor {name!r}")
        for name in op.inputs:
            _require(name in known, f"layer {op.name!r} reads {name!r} before it is written")
        for name in op.outputs:
            _require(name not in known, f"tensor {name!r} is written twice")
        known.update(op.outputs)
        _verify_weights(graph, op)
        _verify_shapes(graph, op)
    for name in graph.outputs:
        _require(name in known, f"output {name!r} is never written")
    return graph


def _verify_quantization(tensor: Tensor) -> None:
    if tensor.quantization is not None:
        scales = tensor.quantization.scale
        _require(all(0 < s < float("inf") for s in scales), f"{tensor.name!r} has a scale that is no number")
        if tensor.dtype is DType.INT8:
            inside = all(-128 <= z <= 127 for z in tensor.quantization.zero_point)
            _require(inside, f"{tensor.name!r} has a zero point outside int8")


def _verify_weights(graph: Graph, op: Op) -> None:
    if not isinstance(op, Conv2D | Dense):
        return
    weight = graph.weight(op)
    _require(weight is not None, f"layer {op.name!r} has no constant weights")
    if weight is None:
        return
    _require(len(weight.shape) == (4 if isinstance(op, Conv2D) else 2), f"layer {op.name!r} has odd weights")
    channels_in = graph.tensors[op.inputs[0]].shape[-1]
    channels_out = graph.tensors[op.outputs[0]].shape[-1]
    _require(weight.shape[0] == channels_out, f"layer {op.name!r}: weights give {weight.shape[0]} channels")
    _require(weight.shape[-1] == channels_in, f"layer {op.name!r}: weights take {weight.shape[-1]} channels")
    for name in op.inputs[2:]:
        bias = graph.tensors[name]
        _require(bias.is_constant and bias.elements == channels_out, f"layer {op.name!r} has an odd bias")
    scales = weight.quantization.scale if weight.quantization else (1.0,)
    _require(len(scales) in (1, channels_out), f"layer {op.name!r} has {len(scales)} scales")


def _verify_shapes(graph: Graph, op: Op) -> None:
    """The output's shape must follow from the input's, or the generated code would leave its buffers."""
    source, result = graph.tensors[op.inputs[0]].shape, graph.tensors[op.outputs[0]].shape
    where = f"layer {op.name!r}: {source} gives {result}"
    _require(all(n > 0 for n in (*source, *result)), f"{where}, with an empty axis")
    if isinstance(op, Conv2D | MaxPool2D):
        _require(len(source) == len(result) == 4, f"{where}, which are not NHWC")
        weight = graph.weight(op)
        window = op.pool if isinstance(op, MaxPool2D) else weight.shape[1:3] if weight else (0, 0)
        dilation = op.dilation if isinstance(op, Conv2D) else (1, 1)
        pads = (op.padding.top + op.padding.bottom, op.padding.left + op.padding.right)
        for axis in range(2):
            _require(min(op.stride[axis], dilation[axis], window[axis]) > 0, f"{where}, with a step of 0")
            room = source[axis + 1] + pads[axis] - (window[axis] - 1) * dilation[axis] - 1
            _require(room >= 0 and result[axis + 1] == room // op.stride[axis] + 1, where)
        _require(isinstance(op, Conv2D) or source[3] == result[3], where)
    elif isinstance(op, Reshape):
        _require(prod(source) == prod(result), f"{where}, which has other elements")
    elif isinstance(op, Dense):
        _require(prod(source[:-1]) == prod(result[:-1]) == 1, f"{where}, more than one row")
    else:
        _require(source == result, where)


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise CodegenError("broken-graph", f"the graph is inconsistent: {what}")
