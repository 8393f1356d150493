"""What always holds of a Graph."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.graph.axes import Stored
from codegen.graph.network import Graph
from codegen.graph.operators import Op
from codegen.graph.shapes import SHAPE_RULES
from codegen.graph.shapes.rule import Shapes, require
from codegen.graph.tensor import DType, Tensor


def verify(graph: Graph) -> Graph:
    """Check what every pass must keep: names resolve, order is topological, shapes of weights fit.

    Returns the graph unchanged. Raises CodegenError with code ``broken-graph``.
    """
    known = {*graph.inputs, *(t.name for t in graph.constants())}
    for key, tensor in graph.tensors.items():
        _verify_tensor(key, tensor)
    for op in graph.ops:
        for name in (*op.inputs, *op.outputs):
            require(name in graph.tensors, f"layer {op.name!r} names a missing tensor {name!r}")
        for name in op.inputs:
            require(name in known, f"layer {op.name!r} reads {name!r} before it is written")
        for name in op.outputs:
            require(name not in known, f"tensor {name!r} is written twice")
        known.update(op.outputs)
        _verify_shapes(graph.tensors, op)
    for name in graph.outputs:
        require(name in known, f"output {name!r} is never written")
        require(not graph.tensors[name].is_constant, f"output {name!r} is a constant")
    return graph


def _verify_tensor(key: str, tensor: Tensor) -> None:
    require(key == tensor.name, f"tensor {key!r} is filed under another name")
    if tensor.data is not None:
        require(tuple(tensor.data.shape) == tensor.shape, f"constant {key!r} has another shape")
        require(tensor.data.dtype == tensor.dtype.numpy, f"constant {key!r} has another type")
    if tensor.quantization is not None:
        scales = tensor.quantization.scale
        require(all(0 < s < float("inf") for s in scales), f"{key!r} has a scale that is no number")
        points = len(tensor.quantization.zero_point)
        require(points == len(scales) > 0, f"{key!r} has {points} zero points for {len(scales)} scales")
        if tensor.dtype is DType.INT8:
            inside = all(-128 <= z <= 127 for z in tensor.quantization.zero_point)
            require(inside, f"{key!r} has a zero point outside int8")


def _verify_shapes(tensors: Mapping[str, Tensor], op: Op) -> None:
    """The output's shape must follow from the input's, or the generated code would leave its buffers."""
    require(bool(op.inputs) and bool(op.outputs), f"layer {op.name!r} reads or writes nothing")
    inputs = tuple(tensors[name] for name in op.inputs)
    outputs = tuple(tensors[name] for name in op.outputs)
    moving = isinstance(op, Stored) or any(not tensor.is_constant for tensor in inputs)
    require(moving, f"layer {op.name!r} reads constants alone")
    shapes = Shapes(op, inputs, outputs)
    filled = all(n > 0 for tensor in (*inputs, *outputs) for n in tensor.shape)
    shapes.require(filled, "with an empty axis")
    rule = SHAPE_RULES.get(type(op))
    require(rule is not None, f"layer {op.name!r} is a {op.kind}, whose shapes have no rule")
    if rule is not None:
        rule(op, shapes)
