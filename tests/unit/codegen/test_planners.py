from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.plan import PLANNERS, Buffer, buffers_of, lower_bound_bytes, plan_arena
from codegen.plan.arena import ALIGNMENT_BYTES
from codegen.plan.exact import solve
from codegen.plan.placement import Placement, lowest_free_offset
from tests.unit.codegen.networks import Builder, small_lenet


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
    placements = PLANNERS[planner](buffers, ALIGNMENT_BYTES)
    assert [p.buffer for p in placements] == list(buffers)
    for i, a in enumerate(placements):
        assert a.offset % ALIGNMENT_BYTES == 0
        for b in placements[i + 1 :]:
            assert not a.buffer.overlaps(b.buffer) or a.end <= b.offset or b.end <= a.offset
    assert max(p.end for p in placements) >= lower_bound_bytes(buffers)


def test_greedy_reaches_the_lower_bound_of_a_chain():
    plan = plan_arena(small_lenet())
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
    placements, proven = solve(buffers, ALIGNMENT_BYTES)
    assert proven
    assert _aligned_top(placements) == min(
        _aligned_top(_lowest_in_order(order)) for order in permutations(buffers)
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
    top = {name: max(p.end for p in PLANNERS[name](buffers, ALIGNMENT_BYTES)) for name in PLANNERS}
    assert top["exact"] <= min(top.values())
    assert top["exact"] == lower_bound_bytes(buffers)
