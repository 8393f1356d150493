"""When outputs count as right, and the two layouts of samples."""

from __future__ import annotations

import numpy as np

from codegen.graph import DType, Graph, Relu, Tensor
from core.boards.agreement import hybrid_agreement, onnx_agreement, same_classes, within_tolerance
from core.boards.layout import to_file_layout, to_graph_layout


def test_floats_agree_within_the_tolerance_of_the_largest():
    reference = np.array([[1.0, -4.0]], np.float32)
    assert within_tolerance(reference + np.float32(3e-5), reference)
    assert not within_tolerance(reference + np.float32(6e-5), reference)


def test_classes_agree_where_the_lead_is_clear():
    agree = same_classes(0.1)
    close, clear = np.array([[0.5, 0.6]]), np.array([[0.1, 0.9]])
    assert agree(close[:, ::-1], close)
    assert not agree(clear[:, ::-1], clear)


def test_classes_of_a_softmax_are_clear_by_the_numbers_before_it():
    def softmax(x):
        return np.exp(x) / np.exp(x).sum(axis=1, keepdims=True)

    agree = same_classes(1e-3, step_before_softmax=0.1)
    close, clear = softmax(np.array([[7.0, 7.15, 0.0]])), softmax(np.array([[7.0, 7.25, 0.0]]))
    assert agree(close[:, [1, 0, 2]], close)
    assert not agree(clear[:, [1, 0, 2]], clear)


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
