"""ONNX models that are well-formed files and make no sense: sizes, names, attributes and order at random."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from onnx import ModelProto, TensorProto, helper

_SIZES = (-1, 0, 1, 2, 3, 7, 65_536, 2**31 - 1, 2**31, 2**40, 2**62, -(2**62))

Mutation = Callable[[ModelProto, np.random.Generator], None]


def _pick(items, rng):
    return items[int(rng.integers(0, len(items)))] if len(items) else None


def odd_dimension(model: ModelProto, rng: np.random.Generator) -> None:
    shape = _pick(model.graph.input, rng).type.tensor_type.shape
    dimension = _pick(shape.dim, rng)
    if dimension is not None:
        dimension.dim_value = _pick(_SIZES, rng)


def odd_constant_shape(model: ModelProto, rng: np.random.Generator) -> None:
    tensor = _pick(model.graph.initializer, rng)
    if tensor is not None and tensor.dims:
        tensor.dims[int(rng.integers(0, len(tensor.dims)))] = _pick(_SIZES, rng)


def odd_constant_type(model: ModelProto, rng: np.random.Generator) -> None:
    tensor = _pick(model.graph.initializer, rng)
    if tensor is not None:
        tensor.data_type = int(rng.integers(0, 30))


def odd_integers(model: ModelProto, rng: np.random.Generator) -> None:
    """Numbers in a constant that may be a shape."""
    tensor = _pick([t for t in model.graph.initializer if t.data_type == TensorProto.INT64], rng)
    if tensor is not None and tensor.raw_data:
        values = np.frombuffer(tensor.raw_data, np.int64).copy()
        if len(values):
            values[rng.integers(0, len(values))] = _pick(_SIZES, rng)
            tensor.raw_data = values.tobytes()


def odd_attribute(model: ModelProto, rng: np.random.Generator) -> None:
    attribute = _pick(_pick(model.graph.node, rng).attribute, rng)
    if attribute is None:
        return
    if attribute.ints:
        attribute.ints[int(rng.integers(0, len(attribute.ints)))] = _pick(_SIZES, rng)
    else:
        attribute.i = _pick(_SIZES, rng)


def other_attribute_type(model: ModelProto, rng: np.random.Generator) -> None:
    node = _pick(model.graph.node, rng)
    attribute = _pick(node.attribute, rng)
    if attribute is not None:
        name = attribute.name
        node.attribute.remove(attribute)
        value = _pick([1, 1.5, "text", [1, 2], [0.5], ["a"], [2**62] * 3], rng)
        node.attribute.append(helper.make_attribute(name, value))


def rewired(model: ModelProto, rng: np.random.Generator) -> None:
    """A node reads any name: cycles, constants for activations, shapes for images."""
    names = [i.name for i in model.graph.input] + [t.name for t in model.graph.initializer]
    names += [output for node in model.graph.node for output in node.output] + [""]
    node = _pick(model.graph.node, rng)
    if node.input:
        node.input[int(rng.integers(0, len(node.input)))] = _pick(names, rng)


def other_operator(model: ModelProto, rng: np.random.Generator) -> None:
    from codegen.frontends.onnx.operators import READERS

    _pick(model.graph.node, rng).op_type = _pick(sorted(READERS), rng)


def lost_node(model: ModelProto, rng: np.random.Generator) -> None:
    model.graph.node.remove(_pick(model.graph.node, rng))


def lost_input(model: ModelProto, rng: np.random.Generator) -> None:
    node = _pick(model.graph.node, rng)
    if node.input:
        del node.input[int(rng.integers(0, len(node.input))) :]


def doubled_node(model: ModelProto, rng: np.random.Generator) -> None:
    model.graph.node.append(_pick(model.graph.node, rng))


def other_output(model: ModelProto, rng: np.random.Generator) -> None:
    node = _pick(model.graph.node, rng)
    model.graph.output[0].name = _pick(node.output, rng) or "nothing"


def other_opset(model: ModelProto, rng: np.random.Generator) -> None:
    model.opset_import[0].version = _pick((0, 1, 12, 13, 17, 21, 28, 1000, -5), rng)


def other_call(model: ModelProto, rng: np.random.Generator) -> None:
    """A function calls any of them, itself among them, or does what it does twice."""
    function = _pick(model.functions, rng)
    node = _pick(function.node, rng) if function is not None else None
    if node is not None:
        node.op_type, node.domain = _pick(model.functions, rng).name, function.domain
        if rng.random() < 0.5:
            function.node.append(node)


def grown(model: ModelProto, rng: np.random.Generator) -> None:
    """A constant, doubled again and again."""
    tensor = _pick(model.graph.initializer, rng)
    if tensor is not None and tensor.dims:
        whole, tensor.name = tensor.name, f"{tensor.name}_part"
        names = [tensor.name, *(f"{whole}_{n}" for n in range(int(rng.integers(1, 30)))), whole]
        doubled = [helper.make_node("Concat", [a, a], [b], axis=0) for a, b in pairwise(names)]
        nodes = [*doubled, *model.graph.node]
        del model.graph.node[:]
        model.graph.node.extend(nodes)


MUTATIONS: tuple[Mutation, ...] = (
    odd_dimension,
    odd_constant_shape,
    odd_constant_type,
    odd_integers,
    odd_attribute,
    other_attribute_type,
    rewired,
    other_operator,
    lost_node,
    lost_input,
    doubled_node,
    other_output,
    other_opset,
    other_call,
    grown,
)


def mutated(content: bytes, rng: np.random.Generator) -> bytes:
    """One to three mutations of a model."""
    model = ModelProto()
    model.ParseFromString(content)
    for _ in range(int(rng.integers(1, 4))):
        if model.graph.node and model.graph.input:
            _pick(MUTATIONS, rng)(model, rng)
    return model.SerializeToString()
