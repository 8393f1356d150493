"""What is not supported is named before anything is built: layer, operator, reason, what to do instead."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from codegen.compiler import compile_model
from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.targets.board import find_board
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
    assert caught.value.code in ("unsupported-operator", "unsupported-type")
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


def test_a_model_without_layers_is_refused(tmp_path):
    graph = load_graph(TfliteModel((1, 4)).write(tmp_path / "m.tflite", 0))
    with pytest.raises(CodegenError, match="computes nothing") as caught:
        compile_model(graph, find_board("host"))
    assert caught.value.code == "unsupported-model"
