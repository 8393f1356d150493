"""Softmax and LogSoftmax along any axis: it is brought to the end of the stored ones."""

from __future__ import annotations

from collections.abc import Callable

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.operators.reductions import axis_of
from codegen.frontends.onnx.value import Activation, Value
from codegen.graph import Hardmax, LogSoftmax, Op, Softmax


def _reader(kind: type[Op]) -> Callable[[Builder, Node], Value]:
    def read(builder: Builder, node: Node) -> Value:
        value = builder.unscrambled(node, builder.real(node))
        axis = axis_of(node, node.integer("axis", -1), value.rank)
        order = (*(a for a in value.order if a != axis), axis)
        value = builder.ordered(node, value, order)
        tensor = builder.emit(node, kind, (value.tensor,), value.stored_shape)
        return Activation(value.shape, tensor, value.order)

    return read


READERS: dict[str, Callable[[Builder, Node], Value]] = {
    "Softmax": _reader(Softmax),
    "LogSoftmax": _reader(LogSoftmax),
    "Hardmax": _reader(Hardmax),
}
