"""The affine scheme, and the ONNX files that are written with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from core.compress.quantizers.affine import affine, affine_weights, quantized
from core.compress.quantizers.qdq import to_qdq
from core.compress.quantizers.ranges import measured_ranges
from core.errors import CancelledByUser, ThimbleError

Array = npt.NDArray[Any]
_RNG = np.random.default_rng(0)
_BOUNDS = st.floats(-1000, 1000, width=32)


@given(_BOUNDS, _BOUNDS)
def test_the_scale_spans_the_range_in_255_steps_and_zero_is_exact(one: float, other: float) -> None:
    low, high = min(one, other), max(one, other)
    by = affine(low, high)
    assert quantized(np.zeros(1, np.float32), by)[0] == by.zero_point
    span = max(high, 0.0) - min(low, 0.0)
    if span > 1e-5:
        assert float(by.scale) == pytest.approx(span / 255, rel=1e-6)
        ends = quantized(np.array([low, high], np.float32), by).astype(np.float64)
        back = (ends - float(by.zero_point)) * float(by.scale)
        assert np.abs(back - [low, high]).max() <= 0.51 * span / 255 + 1e-9


def test_the_published_formula() -> None:
    by = affine(-1.0, 4.1)
    assert (float(by.scale), int(by.zero_point)) == (pytest.approx(0.02), 50)
    values = np.array([-1.0, 0.0, 0.02, 0.031, 4.1, 100.0, -100.0], np.float32)
    assert quantized(values, by).tolist() == [0, 50, 51, 52, 255, 255, 0]


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_weights_are_within_half_a_step_and_zeros_are_the_middle(axis: int | None) -> None:
    weights = _RNG.normal(0.3, 1.0, (4, 5)).astype(np.float32)
    weights[1] = 0.0
    weights[2, 3] = 0.0
    by = affine_weights(weights, axis)
    steps = quantized(weights, by, axis)
    assert np.all((steps == 128) == (weights == 0.0))
    shape = [-1 if n == axis else 1 for n in range(2)] if axis is not None else []
    scale = by.scale.reshape(shape)
    assert np.all(np.abs((steps.astype(np.float32) - 128) * scale - weights) <= 0.5001 * scale)
    assert np.all(by.zero_point == 128)
    assert by.scale.shape == (() if axis is None else (weights.shape[axis],))


def _convolution(relu: bool = True) -> onnx.ModelProto:
    """input [n, 1, 6, 6] → conv 3 → (relu) → max pool → reshape → gemm 4 → softmax."""
    kernel = _RNG.normal(0, 0.5, (3, 1, 3, 3)).astype(np.float32)
    kernel[2] = 0.0
    constants = {
        "kernel": kernel,
        "offsets": _RNG.normal(0, 0.5, 3).astype(np.float32),
        "flat": np.array([0, 12], np.int64),
        "matrix": _RNG.normal(0, 0.5, (12, 4)).astype(np.float32),
        "last": _RNG.normal(0, 0.5, 4).astype(np.float32),
    }
    nodes = [helper.make_node("Conv", ["x", "kernel", "offsets"], ["c"], name="conv")]
    nodes += [helper.make_node("Relu", ["c"], ["r"], name="relu")] if relu else []
    pool = {"kernel_shape": [2, 2], "strides": [2, 2]}
    nodes += [
        helper.make_node("MaxPool", ["r" if relu else "c"], ["p"], name="pool", **pool),
        helper.make_node("Reshape", ["p", "flat"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "matrix", "last"], ["g"], name="dense"),
        helper.make_node("Softmax", ["g"], ["y"], name="softmax"),
    ]
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1, 6, 6])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 4])],
        [numpy_helper.from_array(data, name) for name, data in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)


def _run(model: onnx.ModelProto, x: Array) -> Array:
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    return np.asarray(session.run(None, {"x": x})[0])


@pytest.fixture(scope="module")
def samples() -> Array:
    return _RNG.normal(0, 1, (20, 1, 6, 6)).astype(np.float32)


def test_ranges_are_those_of_all_samples(samples: Array) -> None:
    ranges = measured_ranges(_convolution(), ["x", "r", "flat"], samples)
    assert ranges["x"] == (samples.min(), samples.max())
    assert ranges["r"][0] == 0.0 < ranges["r"][1]
    assert "flat" not in ranges  # no floats


def test_what_is_no_number_is_told(samples: Array) -> None:
    with pytest.raises(ThimbleError) as caught:
        measured_ranges(_convolution(), ["x", "c"], samples * np.float32(np.inf))
    assert caught.value.code == "not-a-number"


@pytest.mark.parametrize("per_channel", [True, False])
def test_the_file_is_valid_and_computes_nearly_the_same(samples: Array, per_channel: bool) -> None:
    model = _convolution()
    written = to_qdq(model, samples, per_channel)
    onnx.checker.check_model(written, full_check=True)
    assert np.abs(_run(written, samples) - _run(model, samples)).max() < 0.05
    stored = {t.name: numpy_helper.to_array(t) for t in written.graph.initializer}
    assert stored["kernel/integers"].dtype == np.uint8
    assert np.all(stored["kernel/integers"][2] == 128)
    assert stored["offsets/integers"].dtype == np.int32
    assert stored["kernel/scale"].shape == ((3,) if per_channel else ())
    assert stored["matrix/scale"].shape == ((4,) if per_channel else ())


def test_biases_are_in_steps_of_the_products(samples: Array) -> None:
    model = _convolution()
    stored = {t.name: numpy_helper.to_array(t) for t in to_qdq(model, samples).graph.initializer}
    product = stored["x/real/scale"] * stored["kernel/scale"]
    assert stored["offsets/scale"] == pytest.approx(product)
    offsets = next(numpy_helper.to_array(t) for t in model.graph.initializer if t.name == "offsets")
    assert np.abs(stored["offsets/integers"] * product - offsets).max() <= 0.51 * product.max()


@pytest.mark.parametrize(("relu", "first"), [(True, "r/exact"), (False, "c/exact")])
def test_only_what_is_left_of_a_relu_is_quantized(samples: Array, relu: bool, first: str) -> None:
    nodes = to_qdq(_convolution(relu), samples).graph.node
    read = [node.input[0] for node in nodes if node.op_type == "QuantizeLinear"]
    assert read == ["x", first, "g/exact", "y/exact"]


def test_softmax_has_the_steps_of_the_kernels(samples: Array) -> None:
    outputs = _run(to_qdq(_convolution(), samples), samples)
    assert np.array_equal(outputs * 256, np.rint(outputs * 256))


def test_a_cancelled_calibration_ends(samples: Array) -> None:
    def cancelled() -> Iterator[Array]:
        yield samples[0]
        raise CancelledByUser("calibrating")

    with pytest.raises(CancelledByUser):
        to_qdq(_convolution(), cancelled())
