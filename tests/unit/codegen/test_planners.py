import random
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.plan import PLANNERS, Buffer, Proof, buffers_of, lower_bound_bytes, plan_arena
from codegen.plan.arena import ALIGNMENT_BYTES
from codegen.plan.exact import MAX_NODES, solve
from codegen.plan.placement import Placement, lowest_free_offset
from tests.unit.codegen.networks import Builder, small_lenet
from tests.unit.codegen.shapes_only import NETWORKS, in_place, vww


@st.composite
def buffer_sets(draw, most=12, latest=12):
    count = draw(st.integers(1, most))
    spans = [sorted(draw(st.tuples(st.integers(0, latest), st.integers(0, latest)))) for _ in range(count)]
    sizes = draw(st.lists(st.integers(1, 5000), min_size=count, max_size=count))
    pairs = enumerate(zip(spans, sizes, strict=True))
    return tuple(Buffer(f"b{i}", (f"b{i}",), size, *span) for i, (span, size) in pairs)


@pytest.mark.parametrize("planner", PLANNERS)
@given(buffers=buffer_sets())
def test_live_buffers_never_overlap_and_lie_on_words(planner, buffers):
    placements = PLANNERS[planner](buffers, ALIGNMENT_BYTES).placements
    assert [p.buffer for p in placements] == list(buffers)
    for i, a in enumerate(placements):
        assert a.offset % ALIGNMENT_BYTES == 0
        for b in placements[i + 1 :]:
            assert not a.buffer.overlaps(b.buffer) or a.end <= b.offset or b.end <= a.offset
    assert max(p.end for p in placements) >= lower_bound_bytes(buffers)


def test_greedy_reaches_the_lower_bound_of_this_chain():
    plan = plan_arena(small_lenet(), "greedy")
    assert plan.arena_bytes == plan.lower_bound_bytes


def test_a_reshape_shares_its_inputs_buffer():
    graph = small_lenet()
    shared = [b for b in buffers_of(graph) if len(b.tensors) > 1]
    assert [b.tensors for b in shared] == [("t2", "t3")]


def test_the_input_is_alive_first_and_the_output_last():
    graph = Builder((8,)).dense(4).dense(3).graph()
    spans = {b.name: (b.first, b.last) for b in buffers_of(graph)}
    assert spans == {"x": (0, 0), "t0": (0, 1), "t1": (1, 1)}


def test_an_unknown_planner_is_named():
    with pytest.raises(CodegenError, match="'best' is not there yet"):
        plan_arena(small_lenet(), "best")


@given(buffers=buffer_sets(most=5, latest=5))
def test_exact_is_as_small_as_the_best_of_all_orders(buffers):
    """Some order of placing each buffer as low as possible gives the smallest arena, so try them all."""
    result = solve(buffers, ALIGNMENT_BYTES, MAX_NODES)
    assert result.exhausted
    assert _aligned_top(result.placements) == min(
        _aligned_top(_lowest_in_order(order)) for order in permutations(buffers)
    )


def test_hundreds_of_buffers_are_planned_without_a_proof():
    """As of a recurrent network that was unrolled: the search would take minutes, and recurse too deeply."""
    rng = random.Random(0)
    firsts = [rng.randrange(1000) for _ in range(1100)]
    buffers = tuple(
        Buffer(f"b{i}", (f"b{i}",), 4 * rng.randrange(1, 99), first, min(first + rng.randrange(60), 1000))
        for i, first in enumerate(firsts)
    )
    result = PLANNERS["exact"](buffers, ALIGNMENT_BYTES)
    assert not result.exhausted
    assert _aligned_top(result.placements) <= _aligned_top(
        PLANNERS["greedy"](buffers, ALIGNMENT_BYTES).placements
    )


def _lowest_in_order(order):
    placed = []
    for buffer in order:
        placed.append(Placement(buffer, lowest_free_offset(buffer, placed, ALIGNMENT_BYTES)))
    return placed


def _aligned_top(placements):
    return max(-(-p.end // ALIGNMENT_BYTES) for p in placements)


def test_exact_beats_greedy_where_greedy_wastes():
    sizes_and_spans = [(28, 3, 5), (24, 2, 3), (16, 1, 2), (20, 0, 1), (12, 0, 4)]
    buffers = tuple(Buffer(f"b{i}", (f"b{i}",), *given) for i, given in enumerate(sizes_and_spans))
    plans = {name: planner(buffers, ALIGNMENT_BYTES).placements for name, planner in PLANNERS.items()}
    top = {name: max(p.end for p in placements) for name, placements in plans.items()}
    assert top["exact"] <= min(top.values())
    assert top["exact"] == lower_bound_bytes(buffers)


@pytest.mark.parametrize("planner", ["auto", "exact"])
@pytest.mark.parametrize("name", NETWORKS)
def test_ordinary_networks_are_planned_in_the_fewest_bytes(name, planner):
    graph = NETWORKS[name]()
    for shared in (frozenset(), in_place(graph)):
        plan = plan_arena(graph, planner, in_place=shared)
        assert plan.proof is Proof.LOWER_BOUND
        assert plan.arena_bytes == plan.lower_bound_bytes


def test_a_chain_takes_no_more_than_is_alive_where_quick_planners_waste():
    sizes = {planner: plan_arena(vww(), planner).arena_bytes for planner in PLANNERS}
    assert sizes["auto"] == sizes["exact"] == 55_296
    assert sizes["greedy"] == 64_512


def test_scratch_memory_lies_between_the_ends():
    graph = vww()
    plan = plan_arena(graph, scratch_bytes={op.name: 72 for op in graph.ops})
    assert plan.proof is Proof.LOWER_BOUND
    assert plan.arena_bytes == 55_296 + 72


def test_what_cannot_reach_the_lower_bound_is_proven_by_the_search():
    """Two buffers of 2 words with a gap of 1 word between their steps' tops: nobody can do better."""
    sizes_and_spans = [(8, 0, 1), (4, 0, 2), (4, 1, 3), (8, 2, 4), (8, 3, 4)]
    buffers = tuple(Buffer(f"b{i}", (f"b{i}",), *given) for i, given in enumerate(sizes_and_spans))
    result = PLANNERS["exact"](buffers, ALIGNMENT_BYTES)
    assert result.exhausted
    top = max(p.end for p in result.placements)
    assert top == min(max(p.end for p in _lowest_in_order(order)) for order in permutations(buffers))
