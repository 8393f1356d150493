"""What the ONNX frontend makes of a file: operators, layouts, quantization, and errors."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from codegen.errors import CodegenError
from codegen.frontends import load_graph
from codegen.graph import Activation, DType, Padding
from codegen.passes import run_passes
from tests.unit.codegen.onnx_models import OnnxModel, kinds


def constant(model: OnnxModel, name: str) -> np.ndarray:
    return numpy_helper.to_array(next(c for c in model.constants if c.name == name))


def test_a_small_network_has_no_transposes(tmp_path):
    model = (
        OnnxModel(("N", 3, 8, 8))
        .conv(4, 3, pads=[1, 1, 1, 1])
        .add("Relu")
        .add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    )
    model.conv(4, 4, group=4).add("Flatten").gemm(5, 16).add("Softmax")
    graph = run_passes(model.graph(tmp_path))
    assert kinds(graph) == ["Conv2D", "MaxPool2D", "DepthwiseConv2D", "Reshape", "Dense", "Softmax"]
    assert graph.tensors["x"].shape == (1, 8, 8, 3)
    assert graph.file_axes["x"] == (0, 2, 3, 1)
    assert graph.outputs == (model.last,)
    assert graph.ops[0].activation is Activation.RELU


def test_weights_are_turned_and_dense_columns_follow_the_flattened_image(tmp_path):
    model = OnnxModel((1, 2, 3, 4)).conv(2, 2, 1).add("Flatten").gemm(5, 24)
    graph = model.graph(tmp_path)
    filters, columns = constant(model, "c0"), constant(model, "c2")
    np.testing.assert_array_equal(graph.tensors[graph.ops[0].inputs[1]].data, filters.transpose(0, 2, 3, 1))
    expected = columns.reshape(5, 2, 3, 4).transpose(0, 2, 3, 1).reshape(5, 24)
    np.testing.assert_array_equal(graph.tensors[graph.ops[2].inputs[1]].data, expected)


def test_a_keras_export_keeps_its_own_layout(tmp_path):
    model = OnnxModel((1, 8, 8, 3)).add("Transpose", perm=[0, 3, 1, 2]).conv(4, 3)
    model.add("Transpose", perm=[0, 2, 3, 1]).add("Reshape", "t2", model.integers(1, -1)).gemm(5, 144)
    graph = model.graph(tmp_path)
    assert kinds(graph) == ["Conv2D", "Reshape", "Dense"]
    assert graph.file_axes == {}
    np.testing.assert_array_equal(graph.tensors[graph.ops[2].inputs[1]].data, constant(model, "c3"))


def test_an_image_as_output_keeps_the_files_layout_on_record(tmp_path):
    graph = OnnxModel((1, 2, 5, 5)).conv(3, 2).add("Relu").graph(tmp_path)
    assert graph.tensors[graph.outputs[0]].shape == (1, 3, 3, 3)
    assert dict(graph.file_axes) == {"x": (0, 2, 3, 1), graph.outputs[0]: (0, 2, 3, 1)}


def test_axes_are_counted_in_nhwc(tmp_path):
    model = OnnxModel((1, 4, 6, 6)).conv(4, 4, 1)
    model.add("Concat", "t0", "t0", axis=1).add("ReduceMean", "t1", model.integers(2, 3), keepdims=0)
    graph = model.graph(tmp_path)
    assert kinds(graph)[:3] == ["Conv2D", "Concat", "Mean"]
    assert graph.ops[1].axis == 3
    assert graph.ops[2].axes == (1, 2)
    assert graph.tensors[graph.outputs[0]].shape == (1, 8)


def test_a_channel_shuffle_moves_once(tmp_path):
    model = OnnxModel((1, 6, 4, 4)).conv(6, 6, 1)
    model.add("Reshape", "t0", model.integers(1, 2, 3, 4, 4)).add("Transpose", perm=[0, 2, 1, 3, 4])
    model.add("Reshape", "t2", model.integers(1, 6, 4, 4)).conv(6, 6, 1)
    assert kinds(model.graph(tmp_path)).count("Transpose") == 1


@pytest.mark.parametrize(
    ("attributes", "padding"),
    [
        ({"auto_pad": "SAME_UPPER", "strides": [2, 2]}, Padding(0, 1, 0, 1)),
        ({"auto_pad": "SAME_LOWER", "strides": [2, 2]}, Padding(1, 0, 1, 0)),
        ({"auto_pad": "VALID"}, Padding()),
        ({"pads": [1, 2, 3, 4], "dilations": [2, 1]}, Padding(1, 3, 2, 4)),
    ],
)
def test_paddings(tmp_path, attributes, padding):
    assert OnnxModel((1, 2, 8, 8)).conv(3, 2, **attributes).graph(tmp_path).ops[0].padding == padding


def test_a_line_is_an_image_of_height_1(tmp_path):
    model = OnnxModel((1, 2, 9))
    model.add("Conv", "x", model.weights(4, 2, 3), model.weights(4), strides=[2])
    graph = model.add("GlobalAveragePool").graph(tmp_path)
    assert kinds(graph) == ["Reshape", "Conv2D", "Reshape", "Mean"]
    assert graph.ops[1].stride == (1, 2)


def test_batch_norm_and_bias_are_folded(tmp_path):
    model = OnnxModel((1, 2, 4, 4))
    model.add("Conv", "x", model.weights(3, 2, 1, 1))
    model.add("Add", "t0", model.weights(1, 3, 1, 1))
    variance = model.constant(np.array([1, 2, 3], np.float32))
    model.add("BatchNormalization", "t1", model.weights(3), model.weights(3), model.weights(3), variance)
    graph = run_passes(
        model.add("Clip", "t2", model.constant(np.float32(0)), model.constant(np.float32(6))).graph(tmp_path)
    )
    assert kinds(graph) == ["Conv2D"]
    assert graph.ops[0].activation is Activation.RELU6
    weights, bias = (graph.tensors[name].data for name in graph.ops[0].inputs[1:])
    gamma, beta, mean, var = (constant(model, f"c{n}") for n in (3, 4, 5, 2))
    factor = gamma / np.sqrt(var + 1e-5)
    np.testing.assert_allclose(weights[:, 0, 0, :], constant(model, "c0")[:, :, 0, 0] * factor[:, None], 1e-6)
    np.testing.assert_allclose(bias, (constant(model, "c1").ravel() - mean) * factor + beta, 1e-5)


def test_quantized_layers_fuse(tmp_path):
    model = OnnxModel((1, 2, 6, 6)).quantized(0.05, 3)
    weights = model.constant(np.arange(-36, 36, dtype=np.int8).reshape(4, 2, 3, 3))
    scales = (model.constant(np.full(4, 0.01, np.float32)), model.constant(np.zeros(4, np.int8)))
    model.add("DequantizeLinear", weights, *scales, axis=0).add("Conv", "t1", "t2").add("Relu").quantized(
        0.1, -128
    )
    graph = model.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2]).quantized(0.1, -128).graph(tmp_path)
    assert kinds(graph) == ["Quantize", "Conv2D", "MaxPool2D", "Dequantize"]
    conv = graph.ops[1]
    assert conv.activation is Activation.RELU
    stored = graph.tensors[conv.inputs[1]]
    assert stored.dtype is DType.INT8
    assert stored.quantization.axis is None or stored.quantization.axis == 0
    np.testing.assert_array_equal(stored.data, constant(model, weights).transpose(0, 2, 3, 1))


def test_uint8_is_int8_inside_and_uint8_at_the_ends(tmp_path):
    model = OnnxModel((1, 8), TensorProto.UINT8)
    scale, zero = model.constant(np.float32(0.5)), model.constant(np.uint8(100))
    model.add("DequantizeLinear", "x", scale, zero).add("Relu").add("QuantizeLinear", "t1", scale, zero)
    model.output_kind = TensorProto.UINT8
    graph = model.graph(tmp_path)
    assert kinds(graph) == ["Quantize", "Relu", "Quantize"]
    types = [graph.tensors[name].dtype for name in ("x", graph.ops[1].inputs[0], graph.outputs[0])]
    assert types == [DType.UINT8, DType.INT8, DType.UINT8]
    zeros = [graph.tensors[name].quantization.zero_point for name in ("x", graph.ops[1].inputs[0])]
    assert zeros == [(100,), (-28,)]


@pytest.mark.parametrize(
    ("kind", "attributes", "named"),
    [
        ("Det", {}, "Det"),
        ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}, "dilations"),
        ("Softmax", {"axis": 7}, "axis 7"),
        ("MaxPool", {"kernel_shape": [9, 9]}, "window larger"),
    ],
)
def test_what_is_not_supported_is_named(tmp_path, kind, attributes, named):
    model = OnnxModel((1, 2, 4, 4)).add(kind, **attributes)
    with pytest.raises(CodegenError, match=named) as caught:
        model.graph(tmp_path)
    assert caught.value.code in ("unsupported-operator", "broken-file")
    assert f"{kind}0" in caught.value.what
    assert caught.value.hint


def test_damaged_and_odd_files_are_refused(tmp_path):
    content = OnnxModel((1, 2, 4, 4)).conv(3, 2).proto().SerializeToString()
    for name, data, code in (
        ("empty", b"", "broken-file"),
        ("cut", content[: len(content) // 2], "broken-file"),
        ("text", b"not a model", "broken-file"),
        ("old", OnnxModel((1, 4), opset=3).add("Relu").proto().SerializeToString(), "unsupported-model"),
        ("open", OnnxModel((1, "w")).add("Relu").proto().SerializeToString(), "unsupported-model"),
        (
            "cycle",
            OnnxModel((1, 4)).add("Add", "x", "t1").add("Relu").proto().SerializeToString(),
            "broken-file",
        ),
    ):
        path = tmp_path / f"{name}.onnx"
        path.write_bytes(data)
        with pytest.raises(CodegenError) as caught:
            load_graph(path)
        assert caught.value.code == code, name


def test_weights_in_another_file_are_refused(tmp_path):
    model = OnnxModel((1, 2, 4, 4)).conv(3, 2)
    tensor = model.constants[0]
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../secret")
    with pytest.raises(CodegenError, match="another file"):
        model.graph(tmp_path)


def test_shapes_that_exporters_compute_are_folded(tmp_path):
    model = OnnxModel((1, 2, 4, 4)).add("Shape", "x").add("Gather", "t0", model_zero := "zero")
    model.constant(np.array([0], np.int64), model_zero)
    model.constant(np.array([-1], np.int64), "rest")
    model.add("Concat", "t1", "rest", axis=0).add("Relu", "x").add("Reshape", "t3", "t2")
    graph = model.graph(tmp_path)
    assert kinds(graph) == ["Relu", "Reshape"]
    assert graph.tensors[graph.outputs[0]].shape == (1, 32)


def test_functions_of_the_model_are_written_out(tmp_path):
    model = OnnxModel((1, 4))
    model.nodes.append(helper.make_node("Twice", ["x"], ["t0"], domain="mine", name="twice"))
    model.last = "t0"
    proto = model.proto()
    body = [helper.make_node("Add", ["a", "a"], ["b"])]
    opset = [helper.make_opsetid("", 18)]
    proto.functions.append(helper.make_function("mine", "Twice", ["a"], ["b"], body, opset))
    proto.opset_import.append(helper.make_opsetid("mine", 1))
    path = tmp_path / "m.onnx"
    path.write_bytes(proto.SerializeToString())
    assert kinds(load_graph(path)) == ["Add"]


def test_the_command_line_does_not_import_onnx():
    code = "import sys, core.cli, codegen.frontends; sys.exit('onnx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
