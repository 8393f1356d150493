"""Shape rules: what follows from an operator's inputs is accepted, anything else is refused."""

from __future__ import annotations

import numpy as np
import pytest

import codegen.graph as operators
from codegen.errors import CodegenError
from codegen.graph import DType, Graph, Op, Tensor, macs, verify
from codegen.graph.shapes import SHAPE_RULES
from tests.unit.codegen.operator_cases import CASES, X, float_graph, int8_graph


def test_every_operator_has_a_rule_and_a_case():
    classes = {c for c in vars(operators).values() if isinstance(c, type) and issubclass(c, Op)}
    bases = {Op, operators.Unary, operators.Binary, operators.Reduce, operators.Resize}
    assert set(SHAPE_RULES) == classes - bases
    assert {name.split()[0] for name in CASES} == {c.__name__ for c in SHAPE_RULES}


@pytest.mark.parametrize("name", CASES)
def test_the_shape_that_follows_is_accepted_and_others_are_not(name):
    verify(float_graph(name))
    verify(int8_graph(name))
    right = CASES[name].results[0]
    for axis in range(len(right)):
        if name.startswith(("Resize", "ConvTranspose")) and axis in (1, 2):
            continue  # any height and width will do
        wrong = tuple(n + (place == axis) for place, n in enumerate(right))
        with pytest.raises(CodegenError, match="layer 'layer'"):
            verify(float_graph(name, wrong))


def test_a_depthwise_layer_and_groups_count_each_weight_once_a_place():
    for name, expected in (("DepthwiseConv2D", 3 * 4 * 2 * 2 * 8), ("Conv2D in groups", 4 * 6 * 6 * 9 * 2)):
        graph = float_graph(name)
        assert macs(graph, graph.ops[0]) == expected


def test_an_operator_of_constants_alone_is_refused():
    graph = float_graph("Sub")
    constant = {**graph.tensors, "x0": Tensor("x0", X, DType.FLOAT32, None, np.ones(X, np.float32))}
    with pytest.raises(CodegenError, match="constants alone"):
        verify(Graph("one", constant, graph.ops, (), graph.outputs))
