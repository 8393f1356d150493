"""What is said to help does help."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from codegen.advice import what_stays_float, what_storage_costs, what_would_help
from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.firmware import build_firmware
from codegen.graph import Dense, DType, Graph, Tensor
from codegen.options import BuildOptions
from codegen.targets.board import find_board
from tests.unit.codegen.networks import Builder, small_lenet
from tests.unit.codegen.onnx_models import OnnxModel
from tests.unit.codegen.sparse_cases import SparseCase, with_weights

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


def test_layers_that_quantization_leaves_out_are_named_with_the_reason(tmp_path):
    model = OnnxModel((1, 4)).quantized(0.05, 3).add("Erf").quantized(0.05, 3)
    model.add("Sigmoid").add("Relu").quantized(0.05, 3).add("PRelu", "t8", model.weights(4))
    graph = model.quantized(0.05, 3).add("Relu").graph(tmp_path)
    assert what_stays_float(graph) == (
        "layer 'Erf2' (Erf) stays float because there is no code for it in int8",
        "layer 'Sigmoid5' (Sigmoid) stays float because what it gives is not quantized right behind it",
        "layer 'Relu6' (Relu) stays float because what it reads is not quantized right before it",
        "layer 'PRelu9' (PRelu) stays float because its constants or options are none that the int8 code"
        " takes",
        "layer 'Relu12' (Relu) stays float because what it gives is not quantized right behind it",
    )
    assert what_stays_float(OnnxModel((1, 4)).add("Relu").graph(tmp_path)) == ()


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


def _told(graph: Graph, encoding: str) -> tuple[str, ...]:
    return what_storage_costs(compile_model(graph, NANO, BuildOptions(encoding=encoding)))


def test_a_codebook_is_told_to_be_slow_and_fastest_takes_dense_weights():
    graph = with_weights(Builder((256,)).dense(32).graph(), SparseCase("codebook", values=16))
    layer, way_out = _told(graph, "auto")
    assert re.match(r"layer 'dense0' takes about 2\.\d times the cycles of dense weights as codebook4", layer)
    assert "bytes of flash less" in layer
    assert "--encoding fastest" in way_out
    assert _told(graph, "fastest") == ()
    assert compile_model(graph, NANO, BuildOptions(encoding="fastest")).layers[0].encoding == "dense"


def test_sparse_weights_that_are_faster_need_no_word():
    graph = with_weights(Builder((512,)).dense(32).graph(), SparseCase("auto", 0.05))
    assert _told(graph, "auto") == _told(graph, "fastest") == ()
    cycles = {
        encoding: compile_model(graph, NANO, BuildOptions(encoding=encoding)).layers[0].cycles
        for encoding in ("auto", "fastest", "crs", "delta", "bitmask")
    }
    assert cycles["fastest"] == min(cycles.values())


def test_an_encoding_that_no_layer_can_have_is_told():
    graph = Builder((8, 8, 4)).depthwise().graph()
    assert _told(graph, "crs") == ("no layer can be stored as crs: all are as with --encoding dense",)
    assert _told(graph, "auto") == _told(graph, "dense") == ()
