"""A network of operators over named tensors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from types import MappingProxyType

import numpy as np

from codegen.graph.operators import Op
from codegen.graph.products import ConvTranspose2D
from codegen.graph.tensor import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """A network: operators in topological order over named tensors.

    `file_axes` has an entry for each input and output that the model's file lays out in another way (an ONNX
    file has NCHW): axis i of the tensor is axis `file_axes[name][i]` of the file's array.
    """

    name: str
    tensors: Mapping[str, Tensor]
    ops: tuple[Op, ...]
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    file_axes: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tensors", MappingProxyType(dict(self.tensors)))
        object.__setattr__(self, "file_axes", MappingProxyType(dict(self.file_axes)))

    def with_ops(self, ops: tuple[Op, ...], **changed: Tensor) -> Graph:
        """The graph with other operators and the tensors in `changed` replaced or added."""
        return replace(self, ops=ops, tensors={**self.tensors, **changed})

    def pruned(self) -> Graph:
        """Without the tensors that nothing reads or writes any more."""
        used = {*self.inputs, *self.outputs}
        for op in self.ops:
            used.update(op.inputs, op.outputs)
        return replace(self, tensors={n: t for n, t in self.tensors.items() if n in used})

    def file_shape(self, name: str) -> tuple[int, ...]:
        """The shape of an input or output as the model's file has it."""
        shape, axes = self.tensors[name].shape, self.file_axes.get(name)
        return shape if axes is None else tuple(shape[axes.index(axis)] for axis in range(len(axes)))

    def producer(self, tensor: str) -> Op | None:
        """The operator that writes `tensor`, or None for an input or a constant."""
        return next((op for op in self.ops if tensor in op.outputs), None)

    def consumers(self, tensor: str) -> tuple[Op, ...]:
        return tuple(op for op in self.ops if tensor in op.inputs)

    def constants(self) -> Iterator[Tensor]:
        return (t for t in self.tensors.values() if t.is_constant)

    def activations_of(self, op: Op) -> tuple[str, ...]:
        """The operator's inputs that are no constants, in their order."""
        return tuple(name for name in op.inputs if not self.tensors[name].is_constant)

    def weight(self, op: Op) -> Tensor | None:
        """The operator's trained weights, or None when its kind has none."""
        if op.weight_axis is None or len(op.inputs) < 2:
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
    """Multiply-accumulates of one operator; 0 for those without weights."""
    weight = graph.weight(op)
    if weight is None:
        return 0
    # Each weight is used once at each place of the output; backwards, of the input.
    places = op.inputs[0] if isinstance(op, ConvTranspose2D) else op.outputs[0]
    return prod(graph.tensors[places].shape[:-1]) * weight.elements
