"""When outputs count as right, and the two layouts of samples."""

from __future__ import annotations

import numpy as np

from codegen.graph import DType, Graph, Quantization, Relu, Softmax, Tensor
from core.boards.agreement import Rule, hybrid_agreement, onnx_agreement, same_classes, within_tolerance
from core.boards.layout import to_file_layout, to_graph_layout


def test_floats_agree_within_the_tolerance_of_the_largest():
    reference = np.array([[1.0, -4.0]], np.float32)
    assert within_tolerance(reference + np.float32(3e-5), reference)
    assert not within_tolerance(reference + np.float32(6e-5), reference)


def test_classes_agree_where_the_lead_is_clear():
    agree = same_classes(0.1)
    wanted = np.array([[0.5, 0.6], [0.1, 0.5]])
    close, clear = np.array([[0.6, 0.5], [0.1, 0.5]]), np.array([[0.5, 0.6], [0.5, 0.1]])
    assert agree(close, wanted)
    assert not agree(clear, wanted)


def test_classes_of_a_softmax_are_clear_by_the_numbers_before_it():
    def softmax(x):
        return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)

    agree = same_classes(1e-3, step_before_softmax=0.1)
    sure = [1.0, 7.0, 1.0]
    wanted = softmax(np.array([sure, [7.0, 7.15, 0.0]]))
    assert agree(softmax(np.array([sure, [7.15, 7.0, 0.0]])), wanted)
    wanted = softmax(np.array([sure, [7.0, 7.25, 0.0]]))
    assert not agree(softmax(np.array([sure, [7.25, 7.0, 0.0]])), wanted)


def test_integers_of_a_softmax_are_compared_as_the_numbers_that_they_are():
    before, after = Quantization((0.2,), (0,)), Quantization((1 / 256,), (-128,))
    tensors = {"x": Tensor("x", (1, 3), DType.INT8, before), "y": Tensor("y", (1, 3), DType.INT8, after)}
    agree = onnx_agreement(Graph("n", tensors, (Softmax("s", ("x",), ("y",)),), ("x",), ("y",)))
    wanted = np.array([[100, -100, -128], [10, -10, -128]], np.int8)
    assert agree(np.array([[100, -100, -128], [-10, 10, -128]], np.int8), wanted)  # a step and a half
    assert not agree(np.array([[-100, 100, -128], [10, -10, -128]], np.int8), wanted)
    assert not agree(np.array([[100, -100, 127], [10, -10, -128]], np.int8), wanted)


def test_where_no_answer_is_clear_nothing_agrees():
    """The probabilities of an untrained network hardly differ."""
    reference = 0.1 + np.random.default_rng(1).uniform(-0.002, 0.002, (20, 10))
    agree = hybrid_agreement(reference, layers=5)
    for outputs in (reference, np.full((20, 10), 0.1), np.tile(np.eye(10)[:1], (20, 1))):
        assert not agree(outputs, reference)
    assert agree.rule_for(reference) is Rule.NOTHING
    assert agree.rule_for(np.eye(10)) is Rule.CLASSES


def test_numbers_that_are_no_classes_are_compared_by_their_values() -> None:
    """Such as those of an autoencoder: two of them are the largest."""
    agree = same_classes(0.01)
    wanted = np.array([[0.9, 0.9, -0.5]])
    assert agree(np.array([[0.89, 0.95, -0.45]]), wanted)
    assert not agree(np.array([[0.9, 0.9, 0.9]]), wanted)
    assert agree.rule_for(wanted) is Rule.CLASSES


def test_a_number_that_is_far_off_does_not_agree_though_the_classes_do():
    agree = same_classes(0.01)
    wanted = np.array([[0.1, 0.9, 0.5]])
    assert agree(np.array([[0.1, 0.9, 0.579]]), wanted)
    assert not agree(np.array([[0.1, 0.9, 0.581]]), wanted)
    assert not agree(wanted * np.nan, wanted)


def test_a_single_output_is_compared_by_its_value():
    agree = same_classes(0.1)
    assert agree(np.array([[1.7]]), np.array([[1.0]]))
    assert not agree(np.array([[1.9]]), np.array([[1.0]]))


def _network() -> Graph:
    tensors = {name: Tensor(name, (1, 2, 3, 4), DType.FLOAT32) for name in ("x", "y")}
    return Graph("n", tensors, (Relu("r", ("x",), ("y",)),), ("x",), ("y",), {"x": (0, 2, 3, 1)})


def test_layouts_are_those_of_the_file():
    graph = _network()
    assert graph.file_shape("x") == (1, 4, 2, 3)
    samples = np.arange(48).reshape(2, 4, 2, 3)
    stored = to_graph_layout(graph, "x", samples)
    assert stored[1, 0, 2, 3] == samples[1, 3, 0, 2]
    np.testing.assert_array_equal(to_file_layout(graph, "x", stored), samples)
    assert to_file_layout(graph, "y", samples) is samples


def test_a_float_network_is_compared_in_floats():
    assert onnx_agreement(_network()) is within_tolerance


def test_a_hybrid_network_is_compared_by_its_clear_answers():
    reference = np.array([[0.9, 0.1], [0.51, 0.49]])
    agree = hybrid_agreement(reference, layers=4)
    assert agree(np.array([[0.8, 0.2], [0.49, 0.51]]), reference)
    assert not agree(np.array([[0.4, 0.6], [0.51, 0.49]]), reference)
