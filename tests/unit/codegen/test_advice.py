"""What is said to help does help."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from codegen.advice import what_would_help
from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.graph import Dense, DType, Graph, Tensor
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from tests.unit.codegen.networks import Builder, small_lenet

PICO, NANO = find_board("virtual-pico"), find_board("virtual-nano")


def float_dense(inputs: int, outputs: int) -> Graph:
    weights = np.random.default_rng(0).normal(size=(outputs, inputs)).astype(np.float32)
    tensors = [
        Tensor("x", (1, inputs), DType.FLOAT32),
        Tensor("w", weights.shape, DType.FLOAT32, None, weights),
        Tensor("y", (1, outputs), DType.FLOAT32),
    ]
    return Graph("wide", {t.name: t for t in tensors}, (Dense("d", ("x", "w"), ("y",)),), ("x",), ("y",))


def test_nothing_is_said_of_what_fits():
    assert what_would_help(compile_model(small_lenet(), PICO)) == ()


def test_a_float_network_fits_as_int8_or_on_the_board_with_more_flash():
    graph = float_dense(1000, 300)  # 1.2 MB of weights
    assert what_would_help(compile_model(graph, NANO)) == (
        "quantized to int8 it would fit",
        "structured pruning would have to remove at least 19 % of the parameters (flash)",
        "it fits as it is on Raspberry Pi Pico",
    )


def test_int8_alone_is_not_always_enough():
    help_ = what_would_help(compile_model(float_dense(4000, 1000), NANO))
    assert help_[0] == "quantize it to int8, which takes about a quarter but is not enough alone"
    assert len(help_) == 2


def test_the_share_of_channels_to_remove_is_enough():
    def network(channels: int) -> Graph:
        return Builder((128, 128, 8)).conv(channels, kernel=1).conv(4, kernel=1).graph()

    (sentence,) = what_would_help(compile_model(network(24), PICO))
    percent = int(re.search(r"at least (\d+) % of the largest layers' channels \(sram\)", sentence)[1])
    plan = compile_model(network(24), PICO).plan
    over = plan.sram.total_bytes - PICO.sram_bytes
    assert percent / 100 * plan.sram.arena_bytes >= over > (percent - 1) / 100 * plan.sram.arena_bytes


@pytest.mark.parametrize("compiler", ["zig", "gcc"])
def test_the_refusal_says_what_would_help(compiler, tmp_path):
    compiled = compile_model(float_dense(4000, 1000), NANO, BuildOptions(compiler=compiler))
    with pytest.raises(CodegenError, match="over flash by") as caught:
        build_firmware(compiled, tmp_path / "out")
    assert caught.value.code == "does-not-fit"
    assert caught.value.hint == "; ".join(what_would_help(compiled))
    assert not (tmp_path / "out").exists()


def test_an_estimate_refuses_only_what_cannot_fit_without_code():
    """Another compiler's code may be smaller than the table says."""
    from codegen.firmware import build

    plan = compile_model(small_lenet(), PICO).plan
    board = replace(PICO, flash_bytes=plan.flash.total_bytes - 100)
    with pytest.raises(CodegenError):
        build._check_fits(compile_model(small_lenet(), board))
    build._check_fits(compile_model(small_lenet(), board, BuildOptions(compiler="gcc")))
