"""The order of execution, and operators that write over an input: every tensor's bytes are followed."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.graph import Add, Concat, Conv2D, DType, Graph, Op, Quantize, Relu, Reshape, Tensor
from codegen.plan import PLANNERS, buffers_of, in_lowest_order, lower_bound_bytes, plan_arena
from tests.unit.codegen.shapes_only import NETWORKS, Shapes, in_place


@st.composite
def graphs(draw, most=7):
    """Operators that read one or two of the tensors before them; what nobody reads is joined at the end."""
    tensors = {"x": Tensor("x", (1, draw(st.integers(1, 40))), DType.INT8)}
    ops: list[Op] = []
    for i in range(draw(st.integers(1, most))):
        kind = draw(st.sampled_from([Relu, Add, Reshape, Conv2D, Quantize]))
        source = tensors[draw(st.sampled_from(sorted(tensors)))]
        inputs, shape, dtype = (source.name,), source.shape, source.dtype
        if kind is Add:
            alike = [n for n, t in tensors.items() if (t.shape, t.dtype) == (shape, dtype)]
            inputs = (source.name, draw(st.sampled_from(sorted(alike))))
        if kind is Reshape:
            shape = (*shape, 1)
        if kind is Conv2D:
            shape = (1, draw(st.integers(1, 40)))
        if kind is Quantize:
            dtype = draw(st.sampled_from([DType.INT8, DType.FLOAT32]))
        tensors[f"t{i}"] = Tensor(f"t{i}", shape, dtype)
        ops.append(kind(f"op{i}", inputs, (f"t{i}",)))
    read = {name for op in ops for name in op.inputs}
    loose = tuple(name for name in tensors if name not in read)
    tensors["y"] = Tensor("y", (1, 4), DType.INT8)
    ops.append(Concat("last", loose, ("y",)))
    return Graph("random", tensors, tuple(ops), ("x",), ("y",))


def element_by_element(graph: Graph) -> frozenset[str]:
    return frozenset(op.name for op in graph.ops if isinstance(op, Relu | Add | Quantize))


def check_that_nothing_is_lost(graph: Graph, plan, shared: frozenset[str]) -> None:
    """Writes the name of each tensor over its bytes, and looks whether all that is read is still there."""
    memory: list[str | None] = [None] * plan.arena_bytes
    meaning: dict[str, str] = {name: name for name in graph.inputs}

    def place(name: str) -> slice:
        start = plan.offset_of(name)
        return slice(start, start + graph.tensors[name].size_bytes)

    for name in graph.inputs:
        memory[place(name)] = [name] * graph.tensors[name].size_bytes
    for op in graph.ops:
        for name in op.inputs:
            assert set(memory[place(name)]) == {meaning[name]}, f"{op.name} reads {name}, which is gone"
        for name in op.outputs:
            if isinstance(op, Reshape):
                meaning[name] = meaning[op.inputs[0]]
                assert plan.offset_of(name) == plan.offset_of(op.inputs[0])
                continue
            taken, meaning[name] = place(name), name
            for source in op.inputs:
                written_over = op.name in shared and plan.offset_of(source) == taken.start
                assert written_over or not _overlap(place(source), taken)
            memory[taken] = [name] * graph.tensors[name].size_bytes
    for name in graph.outputs:
        assert set(memory[place(name)]) == {meaning[name]}


def _overlap(a: slice, b: slice) -> bool:
    return a.start < b.stop and b.start < a.stop


@pytest.mark.parametrize("planner", PLANNERS)
@given(graph=graphs())
def test_no_tensor_is_written_over_before_it_has_been_read(planner, graph):
    shared = element_by_element(graph)
    ordered = in_lowest_order(graph, shared)
    check_that_nothing_is_lost(ordered, plan_arena(ordered, planner, in_place=shared), shared)


@given(graph=graphs())
def test_writing_over_inputs_never_takes_more(graph):
    shared = element_by_element(graph)
    alone = lower_bound_bytes(buffers_of(graph))
    assert lower_bound_bytes(buffers_of(graph, shared)) <= alone


def topological_orders(graph: Graph):
    for order in permutations(graph.ops):
        there = set(graph.inputs)
        for op in order:
            if not there.issuperset(op.inputs):
                break
            there.update(op.outputs)
        else:
            yield order


@given(graph=graphs(most=4))
def test_no_order_has_a_lower_peak(graph):
    for shared in (frozenset(), element_by_element(graph)):
        ordered = in_lowest_order(graph, shared)
        assert ordered.ops in set(topological_orders(graph))
        peaks = [
            lower_bound_bytes(buffers_of(replace(graph, ops=order), shared))
            for order in topological_orders(graph)
        ]
        assert lower_bound_bytes(buffers_of(ordered, shared)) == min(peaks)


def test_a_branch_that_shrinks_goes_first():
    net = Shapes(8, 8, 4)
    wide = net.conv(net.conv(net.conv("x", 16), 16), 2)
    graph = net.classes(net.add(wide, net.conv("x", 2)), 10)
    ordered = in_lowest_order(graph)
    names = [op.name for op in ordered.ops]
    assert names.index("op3") < names.index("op1")
    assert in_lowest_order(ordered) is ordered
    assert lower_bound_bytes(buffers_of(ordered)) < lower_bound_bytes(buffers_of(graph))


@pytest.mark.parametrize("name", NETWORKS)
def test_an_order_that_is_as_good_as_any_stays(name):
    graph = NETWORKS[name]()
    assert in_lowest_order(graph, in_place(graph)) is graph


def test_a_sum_writes_over_the_branch_that_dies():
    net = Shapes(4, 4, 8)
    graph = net.classes(net.add(net.conv("x", 8), "x"), 2)
    assert [b.tensors for b in buffers_of(graph, in_place(graph))][:2] == [("t0", "t1"), ("x",)]


def test_an_input_that_is_read_again_is_kept():
    net = Shapes(4, 4, 8)
    first = net.conv("x", 8)
    graph = net.classes(net.add(net.add(first, "x"), first), 2)
    shared = {b.tensors for b in buffers_of(graph, in_place(graph))}
    assert ("x", "t1", "t2") in shared
    assert ("t0",) in shared


def test_a_larger_input_is_written_over_only_where_that_takes_less():
    real = Tensor("x", (1, 100), DType.FLOAT32)
    steps = [Tensor(f"t{i}", (1, 100), DType.INT8) for i in range(2)]
    tensors = {t.name: t for t in (real, *steps, Tensor("y", (1, 400), DType.INT8))}
    first, more = Quantize("q", ("x",), ("t0",)), Conv2D("c", ("t0",), ("t1",))
    short = Graph("n", tensors, (first, more), ("x",), ("t1",))
    long = replace(short, ops=(*short.ops, Conv2D("d", ("t1",), ("y",))), outputs=("y",))
    shared = frozenset({"q"})
    assert plan_arena(short, in_place=shared).arena_bytes == 500
    assert plan_arena(long, in_place=shared).arena_bytes == 500
