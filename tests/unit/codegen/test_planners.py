import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.errors import CodegenError
from codegen.plan import PLANNERS, Buffer, buffers_of, lower_bound_bytes, plan_arena
from codegen.plan.arena import ALIGNMENT_BYTES
from tests.unit.codegen.networks import Builder, small_lenet


@st.composite
def buffer_sets(draw):
    count = draw(st.integers(1, 25))
    spans = [sorted(draw(st.tuples(st.integers(0, 30), st.integers(0, 30)))) for _ in range(count)]
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
    with pytest.raises(CodegenError, match="'exact' is not there yet"):
        plan_arena(small_lenet(), "exact")
