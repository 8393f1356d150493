"""What is not supported is named before anything is built: layer, operator, reason, what to do instead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.passes import run_passes
from codegen.targets.board import find_board
from tests.fuzz.extremes import long_tflite, weights_of_nothing
from tests.unit.codegen.tflite_models import TfliteModel

SCALE = (0.05, 3)


def _plain(kind: str) -> TfliteModel:
    model = TfliteModel((1, 4, 4, 2))
    model.add(kind, 0, shape=(1, 4, 4, 2))
    return model


def _computed_axis() -> TfliteModel:
    model = TfliteModel((1, 4))
    model.add("SUM", 0, 0, shape=(1,), table="ReducerOptions")
    return model


def _sixteen_bits() -> TfliteModel:
    model = TfliteModel((1, 4), np.int16, (0.001, 0))
    model.add("RELU", 0, shape=(1, 4))
    return model


def _float16() -> TfliteModel:
    model = TfliteModel((1, 4), np.float16)
    model.add("RELU", 0, shape=(1, 4))
    return model


def _bias(value: np.generic) -> TfliteModel:
    """Three of them beside int8 weights, behind an input whose zero point is not 0."""
    model = TfliteModel((1, 4), np.int8, SCALE)
    weights = model.constant(np.ones((3, 4), np.int8), (0.01, 0))
    bias = model.constant(np.full(3, value))
    model.add("FULLY_CONNECTED", 0, weights, bias, shape=(1, 3), table="FullyConnectedOptions")
    return model


def _shuffled() -> TfliteModel:
    model = TfliteModel((1, 4))
    weights = model.constant(np.ones((3, 4), np.float32))
    model.add("FULLY_CONNECTED", 0, weights, shape=(1, 3), table="FullyConnectedOptions", weightsFormat=1)
    return model


def _odd_activation() -> TfliteModel:
    model = TfliteModel((1, 4))
    model.add("ADD", 0, 0, shape=(1, 4), table="AddOptions", fusedActivationFunction=4)
    return model


def _other_scale() -> TfliteModel:
    """A logistic function whose output is not in 1/256."""
    model = TfliteModel((1, 4), np.int8, SCALE)
    model.add("LOGISTIC", 0, shape=(1, 4))
    return model


def _asymmetric() -> TfliteModel:
    model = TfliteModel((1, 4), np.int8, SCALE)
    weights = model.constant(np.ones((3, 4), np.int8), (0.01, 5))
    model.add("FULLY_CONNECTED", 0, weights, shape=(1, 3), table="FullyConnectedOptions")
    return model


def _batched_gather() -> TfliteModel:
    model = TfliteModel((1, 4))
    model.add("GATHER", 0, model.integers(0), shape=(1, 1), table="GatherOptions", axis=1, batchDims=1)
    return model


def _mirrored_too_far() -> TfliteModel:
    model = TfliteModel((1, 4))
    amounts = model.constant(np.array([[0, 0], [0, 4]], np.int32))
    model.add("MIRROR_PAD", 0, amounts, shape=(1, 8), table="MirrorPadOptions")
    return model


CASES: dict[str, tuple[Callable[[], TfliteModel], tuple[str, ...]]] = {
    "recurrent": (lambda: _plain("WHILE"), ("'layer_0'", "WHILE", "unroll=True")),
    "three dimensions": (lambda: _plain("CONV_3D"), ("'layer_0'", "CONV_3D", "2-D layers")),
    "custom": (lambda: _plain("CUSTOM"), ("'layer_0'", "CUSTOM", "TFLITE_BUILTINS")),
    "the largest": (lambda: _plain("TOPK_V2"), ("'layer_0'", "TOPK_V2", "outside of the network")),
    "any other": (lambda: _plain("COMPLEX_ABS"), ("'layer_0'", "COMPLEX_ABS", "docs/operators.md")),
    "a computed axis": (_computed_axis, ("'layer_0'", "SUM", "computed axis", "constant")),
    "16 bits": (_sixteen_bits, ("INT16", "full int8")),
    "float16 computing": (_float16, ("FLOAT16", "float32")),
    "weights without numbers": (weights_of_nothing, ("'constant_of_nothing'", "[4, 3, 3, 0]", "empty parts")),
    "a bias of floats": (lambda: _bias(np.float32(0.7)), ("'layer_0'", "Dense", "bias of float32")),
    "a bias that wraps": (lambda: _bias(np.int32(-(2**31))), ("'layer_0'", "Dense", "32 bits")),
    "shuffled weights": (_shuffled, ("'layer_0'", "FULLY_CONNECTED", "shuffled weights", "export")),
    "a fused tanh": (_odd_activation, ("'layer_0'", "ADD", "activation 4", "ReLU")),
    "another scale": (_other_scale, ("'layer_0'", "Sigmoid", "0.00390625")),
    "asymmetric weights": (_asymmetric, ("'layer_0'", "Dense", "not symmetric")),
    "a batched gather": (_batched_gather, ("'layer_0'", "GATHER", "batch dimensions", "one axis")),
    "mirrored too far": (_mirrored_too_far, ("'layer_0'", "MIRROR_PAD", "(1, 4)", "no more than")),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_with_an_alternative(name, tmp_path):
    make, words = CASES[name]
    path = make().write(tmp_path / "m.tflite")
    with pytest.raises(CodegenError) as caught:
        compile_model(load_graph(path), find_board("host"))
    assert caught.value.code in ("unsupported-operator", "unsupported-type", "unsupported-model")
    assert caught.value.hint
    told = f"{caught.value.what}; {caught.value.hint}"
    assert [word for word in words if word not in told] == [], told


def test_all_that_is_not_supported_is_told_at_once(tmp_path):
    model = TfliteModel((1, 4))
    model.add("TOPK_V2", model.add("WHILE", 0, shape=(1, 4)), shape=(1, 4))
    with pytest.raises(CodegenError) as caught:
        load_graph(model.write(tmp_path / "m.tflite"))
    assert all(word in caught.value.what for word in ("'layer_0' is a WHILE", "'layer_1' is a TOPK_V2"))
    assert all(word in caught.value.hint for word in ("unroll", "outside of the network"))


def test_contradictions_are_told_with_the_next_step(tmp_path):
    model = TfliteModel((1, 8, 8, 4))
    model.add("AVERAGE_POOL_2D", 0, shape=(1, 8, 8, 4), table="Pool2DOptions", strideH=1, strideW=1)
    with pytest.raises(CodegenError) as caught:
        load_graph(model.write(tmp_path / "m.tflite"))
    assert caught.value.code == "broken-file"
    assert "layer_0" in caught.value.what
    assert caught.value.hint


def test_a_long_chain_before_a_bias_is_walked(tmp_path):
    graph = run_passes(load_graph(long_tflite().write(tmp_path / "m.tflite")))
    assert "Add" not in [op.kind for op in graph.ops]
    assert len(graph.ops[0].inputs) == 3


def test_a_model_without_layers_is_refused(tmp_path):
    graph = load_graph(TfliteModel((1, 4)).write(tmp_path / "m.tflite", 0))
    with pytest.raises(CodegenError, match="computes nothing") as caught:
        compile_model(graph, find_board("host"))
    assert caught.value.code == "unsupported-model"
