"""Shape rules: what follows from an operator's inputs is accepted, anything else is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import codegen.graph as operators
from codegen.errors import CodegenError
from codegen.graph import DType, Graph, Op, Padding, Tensor, macs, verify
from codegen.graph.shapes import SHAPE_RULES

X = (1, 6, 8, 4)


def _case(
    result: tuple[int, ...], *constants: tuple[int, ...], more: int = 0, **options: Any
) -> dict[str, Any]:
    """Input of shape X, `more` further activations like it, constants after them, the output's shape."""
    return {"result": result, "constants": constants, "more": more, "options": options}


CASES = {
    "Conv2D": _case((1, 4, 6, 5), (5, 3, 3, 4), (5,)),
    "Conv2D in groups": _case((1, 4, 6, 6), (6, 3, 3, 2), (6,), groups=2),
    "DepthwiseConv2D": _case((1, 3, 4, 8), (1, 2, 2, 8), (8,), stride=(2, 2)),
    "BatchNorm": _case(X, (4,), (4,), (4,), (4,)),
    "MaxPool2D": _case((1, 3, 4, 4)),
    "AveragePool2D": _case((1, 6, 8, 4), pool=(3, 3), stride=(1, 1), padding=Padding(1, 1, 1, 1)),
    "Mean": _case((1, 4)),
    "ReduceMax": _case((1, 6, 1, 4), axes=(2,), keep_dims=True),
    "ReduceSum": _case((8,), axes=(0, 1, 3)),
    "ArgMax": _case((1, 6, 8), axis=3),
    "Add": _case(X, more=1),
    "Sub": _case(X, (4,)),
    "Mul": _case(X, (1, 6, 1, 1)),
    "Div": _case(X, (1,)),
    "Minimum": _case(X, more=1),
    "Maximum": _case(X, more=1),
    "PRelu": _case(X, (1, 1, 4)),
    "Softmax": _case(X),
    "LogSoftmax": _case(X),
    "Reshape": _case((1, 192)),
    "Concat": _case((1, 6, 24, 4), more=2, axis=2),
    "Split": _case((1, 6, 8, 4), axis=3),
    "Slice": _case((1, 3, 3, 4), begin=(0, 1, 0, 0), step=(1, 2, 3, 1)),
    "Pad": _case((1, 8, 9, 4), before=(0, 1, 0, 0), after=(0, 1, 1, 0)),
    "Transpose": _case((1, 4, 6, 8), permutation=(0, 3, 1, 2)),
    "ResizeNearest": _case((1, 12, 5, 4)),
    "ResizeBilinear": _case((1, 12, 5, 4)),
}
CASES.update({c.__name__: _case(X) for c in SHAPE_RULES if issubclass(c, operators.Unary)})
CASES["Dense"] = {**_case((1, 3), (3, 192), (3,)), "source": (1, 192)}


def _graph(name: str, result: tuple[int, ...] | None = None) -> Graph:
    case = CASES[name]
    activations = [case.get("source", X)] * (1 + case["more"])
    tensors = [Tensor(f"x{n}", shape, DType.FLOAT32) for n, shape in enumerate(activations)]
    inputs = tuple(t.name for t in tensors)
    for n, shape in enumerate(case["constants"]):
        tensors.append(Tensor(f"c{n}", shape, DType.FLOAT32, None, np.ones(shape, np.float32)))
    made: type[Op] = getattr(operators, name.split(maxsplit=1)[0])
    op = made("layer", tuple(t.name for t in tensors), ("y",), **case["options"])
    tensors.append(Tensor("y", result or case["result"], DType.FLOAT32))
    return Graph("one", {t.name: t for t in tensors}, (op,), inputs, ("y",))


def test_every_operator_has_a_rule_and_a_case():
    classes = {c for c in vars(operators).values() if isinstance(c, type) and issubclass(c, Op)}
    bases = {Op, operators.Unary, operators.Binary, operators.Reduce, operators.Resize}
    assert set(SHAPE_RULES) == classes - bases
    assert {name.split()[0] for name in CASES} == {c.__name__ for c in SHAPE_RULES}


@pytest.mark.parametrize("name", CASES)
def test_the_shape_that_follows_is_accepted_and_others_are_not(name):
    verify(_graph(name))
    right = CASES[name]["result"]
    for axis in range(len(right)):
        wrong = tuple(n + (place == axis) for place, n in enumerate(right))
        if name.startswith("Resize") and axis in (1, 2):
            continue  # any height and width will do
        with pytest.raises(CodegenError, match="layer 'layer'"):
            verify(_graph(name, wrong))


def test_a_depthwise_layer_and_groups_count_each_weight_once_a_place():
    for name, expected in (("DepthwiseConv2D", 3 * 4 * 2 * 2 * 8), ("Conv2D in groups", 4 * 6 * 6 * 9 * 2)):
        graph = _graph(name)
        assert macs(graph, graph.ops[0]) == expected


def test_an_operator_of_constants_alone_is_refused():
    graph = _graph("Sub")
    data = np.ones(X, np.float32)
    constant = {**graph.tensors, "x0": Tensor("x0", X, DType.FLOAT32, None, data)}
    with pytest.raises(CodegenError, match="constants alone"):
        verify(Graph("one", constant, graph.ops, (), ("y",)))
