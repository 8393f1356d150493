"""The second look at the kernels of a network: what it promises whatever there is to choose from."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.compiler import compile_model
from codegen.graph import Dense, Op
from codegen.kernels import Choice, Layer, LoweredLayer, choose_kernel, choose_together
from codegen.kernels.network_choice import Together
from codegen.options import BuildOptions
from codegen.sparse import ConstantArray
from codegen.targets.board import find_board
from codegen.toolchain.prediction import size_table
from tests.unit.codegen.networks import Builder

PICO, NANO = find_board("virtual-pico"), find_board("virtual-nano")


def layer(function: str, weights_bytes: int = 0, cycles: int = 0) -> LoweredLayer:
    weights = ConstantArray("weights", np.zeros(weights_bytes, np.int8))
    return LoweredLayer(Op("layer", (), ()), function, "dense", "", (), (weights,), cycles)


BROUGHT = st.dictionaries(
    st.sampled_from("abcdef"),
    st.dictionaries(
        st.sampled_from(["row", "spread", "scale", "clamp", "run"]), st.integers(1, 3000), min_size=1
    ),
    min_size=1,
)
BYTES = st.integers(0, 4000)


@st.composite
def networks(draw):
    brought = draw(BROUGHT)
    kernels = st.sampled_from([*sorted(brought), ""])
    layers = st.builds(layer, kernels, BYTES, BYTES)
    choices = []
    for allowed in draw(st.lists(st.lists(layers, min_size=1, max_size=4), min_size=1, max_size=6)):
        choices.append(Choice(draw(st.sampled_from(allowed)), tuple(allowed)))
    return choices, brought


@given(networks())
def test_never_larger_than_each_layer_alone_and_hardly_slower(network):
    choices, brought = network
    alone, chosen = Together([c.alone for c in choices], brought), choose_together(choices, brought)
    together = Together(chosen, brought)
    assert together.flash_bytes <= alone.flash_bytes
    assert together.cycles <= 1.01 * alone.cycles
    assert all(any(x is y for y in choice.allowed) for x, choice in zip(chosen, choices, strict=True))


@given(networks())
def test_the_choice_does_not_depend_on_anything_else(network):
    choices, brought = network
    first, second = choose_together(choices, brought), choose_together(choices, brought)
    assert all(x is y for x, y in zip(first, second, strict=True))


def test_kernels_that_pay_only_one_by_one_less_go_together():
    """Each of the two shares most of its code with the other: without both, all of it is gone."""
    shared = {"walk": 1000}
    brought = {"one": {**shared, "one": 10}, "two": {**shared, "two": 10}, "plain": {"plain": 500}}
    plain = layer("plain", 250, 10)
    choices = [Choice(x, (x, plain)) for x in (layer("one", 100, 10), layer("two", 100, 10))]
    assert [x.function for x in choose_together(choices, brought)] == ["plain", "plain"]


def test_a_fast_kernel_for_next_to_no_cycles_is_left_out():
    graph = (
        Builder((20, 20, 8)).conv(16, pad=1).conv(16, pad=1).conv(4, 1, stride=4).flatten().dense(4).graph()
    )
    auto, fastest = (compile_model(graph, NANO, BuildOptions(encoding=e)) for e in ("auto", "fastest"))
    assert [x.function for x in auto.layers if isinstance(x.op, Dense)] == ["thimble_dense_s8"]
    assert [x.function for x in fastest.layers if isinstance(x.op, Dense)] == ["thimble_dense_s8_m4"]
    assert auto.plan.flash.total_bytes < fastest.plan.flash.total_bytes
    assert auto.cycles <= 1.01 * fastest.cycles


@pytest.mark.parametrize("board", [PICO, NANO], ids=lambda board: board.id)
def test_a_network_of_many_storages_takes_fewer_kernels(board):
    """Alone, convolutions of different densities would take a kernel each."""
    densities = (0.5, 0.1, 0.02, 0.03)
    graph = Builder((3, 3, 128)).conv(128, 1).conv(128, 1).conv(128, 1).conv(128, 1).graph()
    rng, weights = np.random.default_rng(0), [graph.weight(op) for op in graph.ops]
    sparse = [
        replace(w, data=w.data * (rng.random(w.shape) < density))
        for w, density in zip(weights, densities, strict=True)
    ]
    graph = replace(graph, tensors={**graph.tensors, **{w.name: w for w in sparse}})
    alone = [choose_kernel(Layer(graph, op), "auto", board.cpu, 2**20).alone for op in graph.ops]
    together = compile_model(graph, board).layers
    assert {x.function for x in together} < {x.function for x in alone}
    brought = size_table(board.cpu).functions
    assert Together(together, brought).flash_bytes < Together(alone, brought).flash_bytes
