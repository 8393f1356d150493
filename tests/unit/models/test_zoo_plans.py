"""Every architecture of the zoo is planned in the fewest bytes, proven: by its shapes alone."""

from __future__ import annotations

from itertools import product
from math import prod

import pytest

from codegen.graph import Add, Conv2D, DType, Graph, Op, Reshape, Tensor
from codegen.plan import Proof, in_lowest_order, plan_arena
from core.models.zoo import all_architectures
from core.models.zoo.architecture import Architecture
from core.models.zoo.layers import BatchNorm, Drop, Flat, Relu, Sum

#: Passes fold or fuse these into the layer before them.
_FUSED = (BatchNorm, Drop, Relu)
_KINDS: dict[type, type[Op]] = {Sum: Add, Flat: Reshape}


def shapes_of(architecture: Architecture) -> Graph:
    """The int8 network as the planner sees it; what it computes is left open."""
    tensors = {"0": Tensor("0", (1, *architecture.input_shape), DType.INT8)}
    names, ops = ["0"], []
    for place, node in enumerate(architecture.nodes, start=1):
        read = tuple(names[i] for i in node.inputs)
        if isinstance(node.spec, _FUSED):
            names.append(read[0])
            continue
        name = str(place)
        tensors[name] = Tensor(name, (1, *node.output), DType.INT8)
        ops.append(_KINDS.get(type(node.spec), Conv2D)(node.name, read, (name,)))
        names.append(name)
    return Graph("zoo", tensors, tuple(ops), ("0",), (names[-1],))


@pytest.mark.parametrize("name", all_architectures())
def test_every_planner_that_searches_proves_its_plan(name):
    architecture = all_architectures()[name]
    graph = shapes_of(architecture)
    sums = frozenset(op.name for op in graph.ops if isinstance(op, Add))
    scratch = {op.name: 72 * graph.tensors[op.inputs[0]].shape[-1] for op in graph.ops if type(op) is Conv2D}
    for in_place, given in product((frozenset(), sums), ({}, scratch)):
        ordered = in_lowest_order(graph, in_place)
        for planner in ("auto", "exact"):
            plan = plan_arena(ordered, planner, given, in_place)
            assert plan.proof is not Proof.NONE
            assert plan.arena_bytes >= prod(architecture.input_shape)
