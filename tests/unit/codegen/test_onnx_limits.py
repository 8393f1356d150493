"""ONNX files that are well formed and become too much, and such as use what is rare."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import ModelProto, helper

from codegen.errors import CodegenError
from codegen.frontends import load_graph
from tests.fuzz.extremes import calling, chain, function, growing_constants
from tests.unit.codegen.onnx_models import OnnxModel, kinds


def refused(proto: ModelProto, folder: Path) -> CodegenError:
    path = folder / "m.onnx"
    path.write_bytes(proto.SerializeToString())
    with pytest.raises(CodegenError) as caught:
        load_graph(path)
    assert caught.value.hint
    return caught.value


def test_functions_that_multiply_are_refused(tmp_path):
    error = refused(calling(*chain(26, 2)), tmp_path)
    assert error.code == "unsupported-model"
    assert "100,000" in error.what


def test_functions_inside_of_functions_are_written_out(tmp_path):
    path = tmp_path / "m.onnx"
    path.write_bytes(calling(*chain(4, 2)).SerializeToString())
    assert kinds(load_graph(path)) == ["Relu"] * 16


@pytest.mark.parametrize("first", [1, -1])
def test_functions_that_call_each_other_very_deep_are_refused(tmp_path, first):
    """Whichever of them the file has first."""
    proto = calling(*chain(200, 1))
    functions = list(proto.functions)[::first]
    del proto.functions[:]
    proto.functions.extend(functions)
    error = refused(proto, tmp_path)
    assert (error.code, "64 deep" in error.what) == ("unsupported-model", True)


def test_functions_that_call_themselves_are_refused(tmp_path):
    for functions in ([function("F", "F")], [function("F", "G"), function("G", "F")]):
        error = refused(calling(*functions), tmp_path)
        assert (error.code, "calls itself" in error.what) == ("broken-file", True)


def test_constants_of_constants_have_a_budget(tmp_path):
    error = refused(growing_constants(), tmp_path)
    assert error.code == "unsupported-model"
    assert "Neg" in error.what


def test_what_nobody_reads_is_not_looked_at(tmp_path):
    model = OnnxModel((1, 4)).add("Det")
    assert kinds(model.add("Relu", "x").graph(tmp_path)) == ["Relu"]


def test_all_unknown_operators_are_named_at_once(tmp_path):
    model = OnnxModel((1, 4)).add("Det").add("Relu").add("NonZero")
    error = refused(model.proto(), tmp_path)
    assert error.code == "unsupported-operator"
    assert "'Det0' (Det)" in error.what
    assert "'NonZero2' (NonZero)" in error.what


def test_a_model_with_operators_of_others_alone_is_not_called_damaged(tmp_path):
    model = OnnxModel((1, 4))
    model.nodes.append(helper.make_node("Scaler", ["x"], ["t0"], domain="ai.onnx.ml", name="scaler"))
    model.last = "t0"
    proto = model.proto()
    del proto.opset_import[:]
    proto.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    error = refused(proto, tmp_path)
    assert (error.code, "'scaler' (ai.onnx.ml.Scaler)" in error.what) == ("unsupported-operator", True)


@pytest.mark.parametrize(("sizes", "count"), [((4, 0), 2), (None, 3), (None, 9)])
def test_empty_pieces_are_not_called_damage(tmp_path, sizes, count):
    """Four numbers in three equal parts are 2, 2 and 0."""
    model = OnnxModel((1, 4))
    inputs = ("x",) if sizes is None else ("x", model.integers(*sizes))
    model.add("Split", *inputs, outputs=count, axis=1, **({"num_outputs": count} if sizes is None else {}))
    error = refused(model.proto(), tmp_path)
    assert (error.code, "'Split0'" in error.what) == ("unsupported-operator", True)


def _mean_plus_a_number() -> OnnxModel:
    model = OnnxModel((1, 4)).add("ReduceMean", keepdims=0)
    return model.add("Add", model.last, model.constant(np.float32(2)))


def _product_with_a_number() -> OnnxModel:
    model = OnnxModel((1, 4))
    model.add("MatMul", "x", model.weights(4, 1)).add("Squeeze")
    return model.add("Mul", model.last, model.constant(np.float32(2)))


@pytest.mark.parametrize(
    "make",
    [
        _mean_plus_a_number,
        _product_with_a_number,
        lambda: OnnxModel((1, 3, 8, 8)).add("LpPool", kernel_shape=[2, 2], p=3),
        lambda: OnnxModel((1, 3, 8, 8)).add("GlobalLpPool", p=2),
    ],
)
def test_constants_without_axes_stay_so(tmp_path, make):
    assert make().graph(tmp_path).ops


def test_a_factor_of_a_dense_layer_goes_into_its_scales(tmp_path):
    model = OnnxModel((1, 6)).quantized(0.05, 3)
    weights = model.constant(np.arange(-12, 12, dtype=np.int8).reshape(4, 6))
    scale = (model.constant(np.float32(0.01)), model.constant(np.int8(0)))
    model.add("DequantizeLinear", weights, *scale).add("Gemm", "t1", "t2", transB=1, alpha=0.25)
    graph = model.quantized(0.1, -8).graph(tmp_path)
    assert kinds(graph) == ["Quantize", "Dense", "Dequantize"]
    kept = graph.tensors[graph.ops[1].inputs[1]]
    assert kept.quantization.scale == pytest.approx((0.0025,))
    np.testing.assert_array_equal(kept.data.ravel(), np.arange(-12, 12))
