"""A model with two inputs and two outputs, one of which is read on the way to the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from onnx import TensorProto, helper


def write_two_by_two(path: Path) -> Path:
    """`left` [1, 2, 4, 4] and `right/row:0` [1, 2] to `image` [1, 2, 2, 2] and `row` [1, 2]."""

    def floats(name: str, *shape: int):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    nodes = [
        helper.make_node("MaxPool", ["left"], ["image"], "pool", kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("GlobalMaxPool", ["image"], ["most"], "most"),
        helper.make_node("Flatten", ["most"], ["flat"], "flat"),
        helper.make_node("Mul", ["flat", "right/row:0"], ["row"], "scaled"),
    ]
    graph = helper.make_graph(
        nodes,
        "two_by_two",
        [floats("left", 1, 2, 4, 4), floats("right/row:0", 1, 2)],
        [floats("image", 1, 2, 2, 2), floats("row", 1, 2)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


def two_by_two(left: np.ndarray, right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the model gives: each product is rounded once, as on the board."""
    image = left.reshape(-1, 2, 2, 2, 2, 2).max(axis=(3, 5))
    return image, image.max(axis=(2, 3)) * right
