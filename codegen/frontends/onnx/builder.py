"""Collects the Graph while the nodes of an ONNX model are read one after another."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation, Constant, Value, identity, inverse, long_axes
from codegen.graph import Array, DType, Op, Quantization, Reshape, Tensor, Transpose

#: More elements than any board has bytes of flash: such a tensor is a mistake, or an attack.
MOST_ELEMENTS = 2**27


#: Images have as many; kernels are made for them.
_USUAL_AXES = 4


def _runs(permutation: tuple[int, ...], shape: tuple[int, ...]) -> list[list[int]]:
    """The axes longer than 1 in their new order, those together that follow each other before and after."""
    long = [axis for axis in range(len(shape)) if shape[axis] != 1]
    runs: list[list[int]] = []
    for axis in permutation:
        if shape[axis] == 1:
            continue
        if runs and long.index(runs[-1][-1]) + 1 == long.index(axis):
            runs[-1].append(axis)
        else:
            runs.append([axis])
    return runs


@dataclass(slots=True)
class Builder:
    """Tensors and operators so far; `values` has what each name in the file stands for."""

    tensors: dict[str, Tensor] = field(default_factory=dict)
    ops: list[Op] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    #: Of the constants computed of constants so far.
    folded_bytes: int = 0
    _layers: set[str] = field(default_factory=set)

    # What nodes read.

    def value(self, node: Node, index: int) -> Value:
        """The value of an input. Raises CodegenError ``broken-file`` when nothing before writes it."""
        if not node.has_input(index):
            raise node.broken(f"lacks its input {index}")
        name = node.inputs[index]
        if name not in self.values:
            raise node.broken(f"reads {name!r}, which nothing before it writes (a cycle, or a lost layer)")
        return self.values[name]

    def activation(self, node: Node, index: int = 0) -> Activation:
        value = self.value(node, index)
        if isinstance(value, Constant):
            raise node.refusal(
                f"computes with a constant as its input {index}", "fold constants: export with onnxsim"
            )
        return value

    def real(self, node: Node, index: int = 0) -> Activation:
        """An activation of float32. Raises CodegenError ``unsupported-operator`` for other types."""
        value = self.activation(node, index)
        self.require_real(node, value)
        return value

    def require_real(self, node: Node, value: Activation) -> None:
        dtype = self.tensors[value.tensor].dtype
        if dtype is not DType.FLOAT32:
            raise node.refusal(
                f"computes with {dtype.value} numbers, which the compiler does not support",
                "compute with float32, or quantize with QuantizeLinear and DequantizeLinear",
            )

    def require_numbers(self, node: Node, value: Activation) -> None:
        """Raise CodegenError ``unsupported-operator`` unless these are floats, or integers that stand for
        themselves."""
        tensor = self.tensors[value.tensor]
        if value.unsigned or (tensor.quantization is not None and tensor.dtype is not DType.FLOAT32):
            raise node.refusal(
                "computes with quantized numbers as if they were plain ones",
                "put a DequantizeLinear before it and a QuantizeLinear behind it",
            )

    def constant(self, node: Node, index: int) -> Array:
        """A constant input. Raises CodegenError ``unsupported-operator`` when it is computed."""
        return self.known(node, index).data

    def known(self, node: Node, index: int) -> Constant:
        value = self.value(node, index)
        if not isinstance(value, Constant):
            raise node.refusal(
                f"has an input {node.inputs[index]!r} that is not constant",
                "export the model with constant weights, shapes and options",
            )
        return value

    def integers(self, node: Node, index: int) -> tuple[int, ...] | None:
        """A constant list of integers, or None where the input is left out."""
        if not node.has_input(index):
            return None
        data = self.constant(node, index)
        if not np.issubdtype(data.dtype, np.integer) or data.size > 64:
            raise node.broken(f"has an input {index} that is no short list of integers")
        return tuple(int(n) for n in data.ravel())

    # What is written.

    def layer(self, name: str) -> str:
        """`name`, or with a number at its end where it is taken."""
        unique, count = name, 1
        while unique in self._layers:
            count += 1
            unique = f"{name}_{count}"
        self._layers.add(unique)
        return unique

    def add_tensor(
        self, name: str, shape: tuple[int, ...], dtype: DType, quantization: Quantization | None = None
    ) -> str:
        unique = name
        while unique in self.tensors:
            unique = f"{unique}_"
        self.tensors[unique] = Tensor(unique, shape, dtype, quantization)
        return unique

    def add_constant(self, name: str, data: Array, quantization: Quantization | None = None) -> str:
        """A constant tensor with this data as it is to be stored."""
        unique = self.add_tensor(name, data.shape, DType(data.dtype.name), quantization)
        self.tensors[unique] = replace(self.tensors[unique], data=np.asarray(data, order="C"))
        return unique

    def emit(
        self,
        node: Node,
        kind: type[Op],
        inputs: tuple[str, ...],
        shape: tuple[int, ...],
        suffix: str = "",
        dtype: DType | None = None,
        **options: Any,
    ) -> str:
        """Append an operator with one output of this stored shape; returns the output's name.

        The output has the type and the quantization of the first computed input, or the type `dtype` alone.
        Raises CodegenError ``unsupported-operator`` for a shape that no board could hold.
        """
        self.require_size(node, shape)
        source = next(self.tensors[name] for name in inputs if not self.tensors[name].is_constant)
        quantization = source.quantization if dtype is None else None
        output = self.add_tensor(f"{node.outputs[0]}{suffix}", shape, dtype or source.dtype, quantization)
        self.ops.append(kind(self.layer(f"{node.name}{suffix}"), inputs, (output,), **options))
        return output

    def require_size(self, node: Node, shape: tuple[int, ...]) -> None:
        """Raise unless a tensor of this shape has elements, and no more than MOST_ELEMENTS."""
        if min(shape, default=1) < 1 or prod(shape) > MOST_ELEMENTS:
            raise node.refusal(f"gives a tensor of the shape {list(shape)}", "use a smaller layer")

    # Layouts.

    def reshaped(self, node: Node, tensor: str, shape: tuple[int, ...], suffix: str = "_reshape") -> str:
        """The stored elements in another shape; nothing is moved."""
        if self.tensors[tensor].shape == shape:
            return tensor
        producer = self.ops[-1] if self.ops else None
        if isinstance(producer, Reshape) and producer.outputs == (tensor,):
            before = producer.inputs[0]
            if self.tensors[before].shape == shape:
                return before
        return self.emit(node, Reshape, (tensor,), shape, suffix=suffix)

    def ordered(self, node: Node, value: Activation, order: tuple[int, ...]) -> Activation:
        """The value with its axes stored in this order: moved only where bytes must move."""
        value = self.unscrambled(node, value)
        if value.order == order:
            return value
        shape = tuple(value.shape[axis] for axis in order)
        if long_axes(value.shape, value.order) == long_axes(value.shape, order):
            tensor = self.reshaped(node, value.tensor, shape)
        else:
            permutation = tuple(value.order.index(axis) for axis in order)
            tensor = self._transposed(node, value.tensor, permutation)
        return replace(value, tensor=tensor, order=order)

    def _transposed(self, node: Node, tensor: str, permutation: tuple[int, ...]) -> str:
        """The stored tensor with its axes in another order; many axes are merged where they stay together."""
        source = self.tensors[tensor].shape
        shape = tuple(source[axis] for axis in permutation)
        if len(source) > _USUAL_AXES:
            runs = _runs(permutation, source)
            places = sorted(range(len(runs)), key=lambda run: runs[run][0])
            merged = tuple(prod(source[axis] for axis in runs[run]) for run in places)
            tensor = self.reshaped(node, tensor, merged, suffix="_merged")
            permutation = tuple(places.index(run) for run in range(len(runs)))
            source = merged
        result = tuple(source[axis] for axis in permutation)
        moved = self.emit(node, Transpose, (tensor,), result, suffix="_transpose", permutation=permutation)
        return self.reshaped(node, moved, shape)

    def plain(self, node: Node, value: Activation) -> Activation:
        """The value stored in its logical order."""
        return self.ordered(node, value, identity(value.rank))

    def unscrambled(self, node: Node, value: Activation) -> Activation:
        """The value without a scramble."""
        scramble = value.scramble
        if scramble is None:
            return value
        image = self.reshaped(node, value.tensor, scramble.stored_shape)
        whole = Activation(scramble.shape, image, scramble.order, None, value.unsigned)
        moved = self.plain(node, whole)
        flat = self.reshaped(node, moved.tensor, value.stored_shape)
        return replace(value, tensor=flat, scramble=None)

    def stored_constant(self, node: Node, name: str, data: Array, order: tuple[int, ...]) -> str:
        """A float or integer constant of the rank of `order`, its axes turned into that order."""
        if data.dtype.name not in {t.value for t in DType}:
            raise node.refusal(f"has a constant of the type {data.dtype.name}", "use float32")
        return self.add_constant(name, data.transpose(order))

    def turned(self, constant: Constant, order: tuple[int, ...]) -> Constant:
        """The constant with its axes, and the axis of its scales, turned into `order`."""
        quantization = constant.quantization
        if quantization is not None and quantization.axis is not None:
            quantization = replace(quantization, axis=inverse(order)[quantization.axis])
        return Constant(constant.data.transpose(order), quantization)
