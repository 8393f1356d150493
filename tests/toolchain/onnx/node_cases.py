"""The node tests of the installed onnx package, each as a model with one input and one output.

A board's program has one of each: the inputs that are computed come packed in one row, and are cut apart
again; the outputs are put side by side. Which inputs are computed: all of float32 where the compiler allows
it, otherwise the first alone; the others (weights, shapes, limits) are constants.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from onnx import ModelProto, NodeProto, helper, numpy_helper

Array = np.ndarray[Any, Any]
EXPANDED = "functions written out"


@dataclass(frozen=True)
class NodeCase:
    """One data set of a node test. `operator` is ONNX's name, or EXPANDED for the body of a function."""

    name: str
    operator: str
    model: ModelProto
    inputs: tuple[Array, ...]
    outputs: tuple[Array, ...]
    rtol: float
    atol: float


@dataclass(frozen=True)
class PackedCase:
    """A case as the compiler gets it: `x` is ``[1, …]``, what comes out is `wanted` ``[1, …]``."""

    content: bytes
    x: Array
    wanted: Array


def node_cases() -> tuple[NodeCase, ...]:
    """All node tests of tensors, by name. Takes seconds: the package computes them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from onnx.backend.test.case.node import collect_testcases

        collected = collect_testcases(None)
    return tuple(sorted(_tensor_cases(collected), key=lambda case: case.name))


def _tensor_cases(collected: list[Any]) -> Iterator[NodeCase]:
    for case in collected:
        inputs, outputs = case.data_sets[0]
        if not all(isinstance(value, np.ndarray) for value in (*inputs, *outputs)):
            continue
        nodes = case.model.graph.node
        written_out = len(nodes) > 1 and "_expanded" in case.name
        operator = EXPANDED if written_out else nodes[0].op_type
        yield NodeCase(case.name, operator, case.model, tuple(inputs), tuple(outputs), case.rtol, case.atol)


def packed_forms(case: NodeCase) -> Iterator[PackedCase]:
    """The case with as many computed inputs as may be, then with the first alone."""
    if not case.inputs or case.inputs[0].size == 0 or len({value.dtype for value in case.outputs}) != 1:
        return
    floats = [n for n, value in enumerate(case.inputs) if value.dtype == np.float32 and value.size]
    if len(floats) > 1 and 0 in floats:
        yield _packed(case, floats)
    yield _packed(case, [0])


def _packed(case: NodeCase, computed: list[int]) -> PackedCase:
    model = ModelProto()
    model.CopyFrom(case.model)
    model.ir_version = max(model.ir_version, 4)  # before, constants had to be inputs too
    graph = model.graph
    named = [item.name for item in graph.input]
    for place, name in enumerate(named):
        if place not in computed:
            graph.initializer.append(numpy_helper.from_array(case.inputs[place], name))
    values = [case.inputs[place] for place in computed]
    names = [named[place] for place in computed]
    before = _cut_apart(graph, names, values)
    after = _side_by_side(graph, [item.name for item in graph.output])
    nodes = [*before, *graph.node, *after]
    x = np.concatenate([value.reshape(1, -1) for value in values], axis=1)
    kind = helper.np_dtype_to_tensor_dtype(x.dtype)
    del graph.node[:], graph.input[:], graph.output[:], graph.value_info[:]
    graph.node.extend(nodes)
    graph.input.append(helper.make_tensor_value_info("packed_input", kind, list(x.shape)))
    wanted = np.concatenate([np.asarray(value).reshape(1, -1) for value in case.outputs], axis=1)
    kind = helper.np_dtype_to_tensor_dtype(wanted.dtype)
    graph.output.append(helper.make_tensor_value_info("packed_output", kind, list(wanted.shape)))
    return PackedCase(model.SerializeToString(), x, wanted)


def _constant(graph: Any, name: str, values: list[int]) -> str:
    graph.initializer.append(numpy_helper.from_array(np.array(values, np.int64), name))
    return name


def _cut_apart(graph: Any, names: list[str], values: list[Array]) -> list[NodeProto]:
    rows = ["packed_input"]
    nodes = []
    if len(names) > 1:
        rows = [f"packed_row_{n}" for n in range(len(names))]
        sizes = _constant(graph, "packed_sizes", [value.size for value in values])
        nodes.append(helper.make_node("Split", ["packed_input", sizes], rows, "packed_split", axis=1))
    for n, (row, name, value) in enumerate(zip(rows, names, values, strict=True)):
        shape = _constant(graph, f"packed_shape_{n}", list(value.shape))
        nodes.append(helper.make_node("Reshape", [row, shape], [name], f"packed_reshape_{n}"))
    return nodes


def _side_by_side(graph: Any, names: list[str]) -> list[NodeProto]:
    shape = _constant(graph, "packed_flat", [1, -1])
    rows = ["packed_output"] if len(names) == 1 else [f"packed_result_{n}" for n in range(len(names))]
    nodes = [
        helper.make_node("Reshape", [name, shape], [row], f"packed_flatten_{n}")
        for n, (name, row) in enumerate(zip(names, rows, strict=True))
    ]
    if len(names) > 1:
        nodes.append(helper.make_node("Concat", rows, ["packed_output"], "packed_concat", axis=1))
    return nodes
