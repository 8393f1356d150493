"""The weights inside an `.onnx` file, read as the compiler reads them."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from codegen.frontends import load_graph
from codegen.graph import Tensor, macs
from core.models.onnx_export import SLASH
from core.models.stored_layers import Array, StoredLayer

#: How the first half of a separable convolution is named in the file.
_FIRST_HALF = re.compile(rf"{re.escape(SLASH)}depthwise$")


def read_onnx_weights(path: str | Path) -> tuple[StoredLayer, ...]:
    """The layers with weights in the order in which they run; integers without their zero point.

    Raises CodegenError for what the compiler cannot read.
    """
    graph = load_graph(path)
    layers = []
    for op in graph.ops:
        weight = graph.weight(op)
        if weight is not None and weight.data is not None:
            bias = graph.tensors[op.inputs[2]].data if len(op.inputs) > 2 else None
            stored = np.zeros(0) if bias is None else bias
            name = _FIRST_HALF.sub("/depthwise", op.name)
            layers.append(StoredLayer(name, _without_zero_point(weight), stored, macs(graph, op)))
    return tuple(layers)


def _without_zero_point(weight: Tensor) -> Array:
    data, by = np.asarray(weight.data), weight.quantization
    if by is None or not any(by.zero_point):
        return data
    shape = tuple(-1 if n == by.axis else 1 for n in range(data.ndim))
    return np.asarray(data.astype(np.int16) - np.asarray(by.zero_point, np.int16).reshape(shape))
