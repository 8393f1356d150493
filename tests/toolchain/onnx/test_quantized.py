"""QDQ operators, one by one, on this computer: within one step of ONNX Runtime."""

from __future__ import annotations

import json

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto
from onnxruntime.quantization import CalibrationDataReader, QuantType, quantize_static

from codegen.compiler import compile_model
from codegen.firmware import build_firmware
from codegen.frontends import load_graph
from codegen.graph import DType
from codegen.passes import run_passes
from codegen.targets.board import find_board
from core.boards.agreement import Rule, onnx_agreement
from core.boards.layout import to_file_layout, to_graph_layout
from core.boards.session import run_samples
from core.cli import main
from core.paths import cache_dir
from tests.unit.codegen.onnx_models import OnnxModel

pytestmark = pytest.mark.toolchain

SAMPLES = 1000
KINDS = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}


class Quantized(OnnxModel):
    """A model of integers at both ends, with QuantizeLinear and DequantizeLinear around each operator."""

    def __init__(self, shape, dtype):
        super().__init__(shape, KINDS[dtype])
        self.dtype = dtype
        self.output_kind = KINDS[dtype]
        self.scale(0.05, 3)
        self.add("DequantizeLinear", "x", *self.pair)

    def scale(self, scale, zero):
        """`zero` counts from the middle of the type."""
        middle = 128 if self.dtype == "uint8" else 0
        self.pair = (self.constant(np.float32(scale)), self.constant(np.array(zero + middle, self.dtype)))

    def integers_of(self, shape, axis):
        """Constant int8 weights with a scale an output, as a DequantizeLinear gives them."""
        last = self.last
        data = self._rng.integers(-127, 128, shape, dtype=np.int8)
        scales = self._rng.uniform(0.002, 0.01, shape[axis]).astype(np.float32)
        zeros = np.zeros(shape[axis], np.int8)
        inputs = (self.constant(data), self.constant(scales), self.constant(zeros))
        self.add("DequantizeLinear", *inputs, axis=axis)
        name, self.last = self.last, last
        return name

    def asymmetric(self, shape):
        """Constant uint8 weights with one scale and a zero point, that do not fit into int8 without it."""
        last = self.last
        data = self._rng.integers(0, 256, shape, dtype=np.uint8)
        self.add("DequantizeLinear", *map(self.constant, (data, np.float32(0.004), np.uint8(70))))
        name, self.last = self.last, last
        return name

    def finish(self, scale, zero):
        self.scale(scale, zero)
        return self.add("QuantizeLinear", self.last, *self.pair)


def conv(model):
    weights = model.integers_of((5, 3, 3, 3), 0)
    bias = model.constant(np.linspace(-1, 1, 5).astype(np.float32))
    model.add("Conv", model.last, weights, bias, pads=[1, 0, 1, 2], strides=[2, 1]).add("Relu")
    return model.finish(0.08, -128)


def dense(model):
    model.add("Flatten")
    return model.add("Gemm", model.last, model.integers_of((6, 3 * 8 * 8), 0), transB=1).finish(0.3, 4)


def max_pool(model):
    return model.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2]).finish(0.05, 3)


def flatten_at_the_end(model):
    """The bytes move to the file's order after the integers have been written."""
    model.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2])
    return model.add("Flatten").finish(0.05, 3)


def softmax(model):
    return model.add("Flatten").add("Softmax").finish(1 / 256, -128)


def asymmetric_conv(model):
    """Among them one in groups, and a depthwise one."""
    model.add("Conv", model.last, model.asymmetric((6, 3, 3, 3)), pads=[1, 0, 1, 2], strides=[2, 1])
    model.finish(0.4, 3).add("DequantizeLinear", model.last, *model.pair)
    model.add("Conv", model.last, model.asymmetric((4, 3, 3, 3)), group=2, pads=[1, 1, 1, 1]).add("Relu")
    model.finish(2.0, -128).add("DequantizeLinear", model.last, *model.pair)
    model.add("Conv", model.last, model.asymmetric((8, 1, 2, 2)), group=4)
    return model.finish(3.0, -9)


def asymmetric_dense(model):
    model.add("Flatten")
    return model.add("Gemm", model.last, model.asymmetric((6, 3 * 8 * 8)), transB=1).finish(0.9, 4)


def average_of_padding(model):
    """The padding counts; in the scale of the input, and in another one."""
    pool = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1}
    model.add("AveragePool", **pool).finish(0.05, 3).add("DequantizeLinear", model.last, *model.pair)
    return model.add("AveragePool", **pool, strides=[2, 2]).finish(0.03, 5)


def hard_sigmoid(model):
    return model.add("HardSigmoid", alpha=0.3, beta=0.4).finish(1 / 256, -128)


def transposed(model):
    """In groups, with a scale an output of each; and one with a scale for all."""
    last = model.last
    pair = (model.constant(np.float32([0.004, 0.008])), model.constant(np.zeros(2, np.int8)))
    data = model.constant(model._rng.integers(-127, 128, (3, 2, 3, 3), dtype=np.int8))
    weights = model.add("DequantizeLinear", data, *pair, axis=1).last
    bias = model.constant(np.linspace(-1, 1, 6).astype(np.float32))
    model.add("ConvTranspose", last, weights, bias, group=3, strides=[2, 1], pads=[1, 0, 1, 2])
    return model.finish(0.1, 5)


def product_of_two(model):
    """Each row with the columns of the same image."""
    last = model.last
    turned = model.add("Transpose", last, perm=[0, 1, 3, 2]).last
    return model.add("MatMul", last, turned).finish(0.9, -20)


def quotient(model):
    """By what is never 0."""
    last = model.last
    least = model.constant(np.float32(0.5))
    model.add("Max", last, least).finish(0.03, -120).add("DequantizeLinear", model.last, *model.pair)
    return model.add("Div", last, model.last).finish(0.1, 3)


def slopes(model):
    last = model.last
    given = model.constant(np.arange(-60, 66, 42, dtype=np.int8).reshape(3, 1, 1))
    pair = (model.constant(np.float32(0.01)), model.constant(np.int8(-7)))
    slope = model.add("DequantizeLinear", given, *pair).last
    return model.add("PRelu", last, slope).finish(0.06, -9)


def sums(model):
    return model.add("ReduceSum", model.last, model.integers(2), keepdims=1).finish(0.2, 8)


def taken(model):
    """The smallest of each column, and enlarged in a way that takes places by a table."""
    sizes = (model.constant(np.empty(0, np.float32)),) * 2
    model.add("ReduceMin", model.last, model.integers(2))
    model.finish(0.05, 3).add("DequantizeLinear", model.last, *model.pair)
    options = {"mode": "nearest", "nearest_mode": "ceil"}
    return model.add("Resize", model.last, *sizes, model.integers(1, 3, 3, 11), **options).finish(0.05, 3)


def batch_norm(model):
    """With a channel that is 0 times its input."""
    given = ([1.5, 0.0, -0.4], [0.5, 1.0, -2.0], [0.2, 0.1, -0.3], [1.2, 0.6, 2.0])
    constants = [model.constant(np.float32(values)) for values in given]
    return model.add("BatchNormalization", model.last, *constants).finish(0.08, -4)


OPERATORS = {
    f.__name__: f
    for f in (
        conv,
        dense,
        max_pool,
        flatten_at_the_end,
        softmax,
        asymmetric_conv,
        asymmetric_dense,
        average_of_padding,
        hard_sigmoid,
        transposed,
        product_of_two,
        quotient,
        slopes,
        sums,
        taken,
        batch_norm,
    )
}


def outputs(path, x, folder):
    """Of the generated C on this computer, in the file's layout."""
    graph = load_graph(path)
    image = build_firmware(compile_model(graph, find_board("host")), folder, cache_dir())
    given = run_samples(image, find_board("host"), to_graph_layout(graph, graph.inputs[0], x)).outputs
    name = graph.outputs[0]
    tensor = graph.tensors[name]
    shaped = given.view(tensor.dtype.numpy).reshape(len(x), *tensor.shape[1:])
    return to_file_layout(graph, name, shaped)


def runtime_outputs(path, x):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return np.concatenate([session.run(None, {"x": sample[None]})[0] for sample in x])


@pytest.mark.parametrize("dtype", KINDS)
@pytest.mark.parametrize("operator", OPERATORS)
def test_within_one_step_of_onnx_runtime(tmp_path, operator, dtype):
    path = OPERATORS[operator](Quantized((1, 3, 8, 8), dtype)).write(tmp_path)
    limits = np.iinfo(dtype)
    x = np.random.default_rng(1).integers(limits.min, limits.max, (SAMPLES, 3, 8, 8), dtype, endpoint=True)
    graph = run_passes(load_graph(path))
    assert [op.name for op in graph.ops if graph.tensors[op.outputs[0]].dtype is DType.FLOAT32] == []
    given, wanted = outputs(path, x, tmp_path / "image"), runtime_outputs(path, x)
    assert given.shape == wanted.shape
    assert len(np.unique(wanted)) > 10, "the samples must tell outputs apart"
    assert np.abs(given.astype(int) - wanted.astype(int)).max() <= 1


def test_a_window_of_sound(tmp_path):
    """300 samples in steps of 160, padded by 260, with one tap in two."""
    model = Quantized((1, 2, 3000), "int8")
    weights = model.integers_of((4, 2, 300), 0)
    model.add("Conv", model.last, weights, strides=[160], pads=[260, 270], dilations=[2])
    path = model.finish(2.0, 5).write(tmp_path)
    x = np.random.default_rng(1).integers(-128, 128, (50, 2, 3000), dtype=np.int8)
    given, wanted = outputs(path, x, tmp_path / "image"), runtime_outputs(path, x)
    assert len(np.unique(wanted)) > 10
    assert np.abs(given.astype(int) - wanted.astype(int)).max() <= 1


def test_a_convolution_rounds_the_exact_sum_once(tmp_path):
    """Rounded twice, as the TFLite reference does it, some of these would be one step higher."""
    model = Quantized((1, 2, 4, 4), "int8")
    weights = model.integers_of((4, 2, 3, 3), 0)
    path = model.add("Conv", model.last, weights, pads=[1, 1, 1, 1]).finish(0.08, 5).write(tmp_path)
    graph = load_graph(path)
    x = np.random.default_rng(4).integers(-128, 128, (5000, 2, 4, 4), dtype=np.int8)
    op = graph.ops[0]
    filters, result = graph.tensors[op.inputs[1]], graph.tensors[op.outputs[0]].quantization
    image = np.pad(x.astype(np.int64) - 3, ((0, 0), (0, 0), (1, 1), (1, 1)))
    windows = np.lib.stride_tricks.sliding_window_view(image, (3, 3), axis=(2, 3))
    sums = np.einsum("nchwij,oijc->nohw", windows, filters.data.astype(np.int64))
    scales = np.array(filters.quantization.scale)[:, None, None] * float(np.float32(0.05))
    exact = np.rint(sums * scales / result.scale[0]) + 5
    given = outputs(path, x, tmp_path / "image")
    np.testing.assert_array_equal(given, np.clip(exact, -128, 127))


def network():
    """Convolutions, a depthwise one, a residual sum, means and a dense layer, in float."""
    model = OnnxModel((1, 3, 16, 16))
    model.conv(8, 3, pads=[1, 1, 1, 1]).add("Relu")
    before = model.last
    model.conv(8, 8, pads=[1, 1, 1, 1], group=8).add("Relu").conv(8, 8, pads=[1, 1, 1, 1])
    model.add("Add", model.last, before).add("Relu")
    model.conv(16, 8, strides=[2, 2], pads=[1, 1, 1, 1]).add("Relu")
    model.add("AveragePool", kernel_shape=[4, 4], strides=[4, 4])
    return model.add("Flatten").gemm(10, 64).add("Softmax")


class Calibration(CalibrationDataReader):
    def __init__(self, x):
        self.samples = iter(x)

    def get_next(self):
        sample = next(self.samples, None)
        return None if sample is None else {"x": sample[None]}


@pytest.mark.parametrize("activations", ["QUInt8", "QInt8"])
def test_a_whole_network_gives_the_classes_of_onnx_runtime(tmp_path, activations):
    plain, path = network().write(tmp_path), tmp_path / "quantized.onnx"
    rng = np.random.default_rng(5)
    coarse = np.repeat(np.repeat(rng.normal(size=(SAMPLES, 3, 2, 2)), 8, axis=2), 8, axis=3)
    x = (coarse + rng.normal(scale=0.2, size=(SAMPLES, 3, 16, 16))).astype(np.float32)
    kind = QuantType[activations]
    quantize_static(plain, path, Calibration(x[:50]), activation_type=kind, weight_type=QuantType.QInt8)
    given, wanted = outputs(path, x, tmp_path / "image"), runtime_outputs(path, x)
    assert len(np.unique(wanted.argmax(axis=1))) > 3, "the samples must tell classes apart"
    agree = onnx_agreement(load_graph(path))
    assert agree.rule is Rule.CLASSES
    assert agree(given, wanted)
    assert not agree(np.roll(given, 1, axis=1), wanted)
    step = np.diff(np.unique(wanted)).min()
    assert np.abs(given - wanted).mean() < 0.25 * step


def test_the_command_line_runs_it_in_the_files_layout(tmp_path, capfd):
    path = conv(Quantized((1, 3, 8, 8), "int8")).write(tmp_path)
    x = np.random.default_rng(2).integers(-128, 128, (5, 3, 8, 8), dtype=np.int8)
    np.save(tmp_path / "x.npy", x)
    command = ["run", str(path), "--board", "host", "--input", str(tmp_path / "x.npy")]
    assert main([*command, "--output", str(tmp_path / "y.npy")]) == 0
    given, wanted = np.load(tmp_path / "y.npy"), runtime_outputs(path, x)
    assert given.shape == wanted.shape == (5, 5, 4, 8)
    assert np.abs(given.astype(int) - wanted.astype(int)).max() <= 1


def test_bench_verifies_against_onnx_runtime(tmp_path, capfd):
    path = conv(Quantized((1, 3, 8, 8), "int8")).write(tmp_path)
    assert main(["bench", str(path), "--board", "host", "--runs", "5", "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    assert value["verified"] is True
    assert value["reference"] == "onnxruntime"


def test_bench_says_where_nothing_could_be_compared(tmp_path, capfd):
    """The softmax of 192 inputs that hardly differ is nearly the same for all."""
    path = softmax(Quantized((1, 3, 8, 8), "int8")).write(tmp_path)
    assert main(["bench", str(path), "--board", "host", "--runs", "5", "--json"]) == 0
    value = json.loads(capfd.readouterr().out)
    assert value["verified"] is False
    assert value["agreement"] == "nothing"
