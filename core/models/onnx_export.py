"""Keras to float ONNX. For worker processes."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from codegen.graph import Graph
from core.errors import ThimbleError
from core.models.keras_graph import graph_of_model
from core.models.numbered import layer_of, numbered
from core.models.onnx_names import number_values
from core.models.onnxruntime_errors import onnxruntime_errors

#: Operators whose second input is their kernel, where that is a constant.
WEIGHTED = ("Conv", "Gemm", "MatMul")
#: At the end of the names of nodes that the converter put in, such as a Transpose.
_PUT_IN = re.compile(r"__\d+$")
#: What TensorFlow calls the first half of a separable convolution, inside its layer.
_DEPTHWISE = "separable_conv2d/depthwise"
#: What stands in an ONNX name for the slash of ``body/depthwise``: readers take slashes for paths.
SLASH = "."


def write_onnx(model: Any, path: str | Path, fold: bool = False) -> None:
    """Write the float model as ONNX (NHWC, any batch), its operators named after the layers.

    With `fold` batch norms and other constant factors disappear in the kernels before them. Raises
    ThimbleError ``conversion-failed``.
    """
    import onnx

    clone = numbered(model, batch=None)
    clone.predict(np.zeros((1, *model.input_shape[1:]), np.float32), verbose=0)  # Keras exports what has run
    logging.getLogger("tf2onnx").setLevel(logging.ERROR)
    expected: tuple[type[Exception], ...] = (*onnxruntime_errors(), TypeError, ImportError)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            clone.export(os.fspath(path), format="onnx", verbose=False)
        if fold:
            _fold(path)
    except expected as error:
        raise ThimbleError(
            "conversion-failed",
            f"the model cannot be written as ONNX ({str(error).splitlines()[0]})",
            "use the layers that `thimble inspect` supports; convolutions in groups cannot be exported",
        ) from error
    written = onnx.load(path)
    _name_after_layers(written.graph, graph_of_model(model), [layer.name for layer in model.layers])
    number_values(written.graph)
    onnx.save(written, path)


def _fold(path: str | Path) -> None:
    """ONNX Runtime's basic optimizations: they leave standard operators alone in the file."""
    import onnx
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = os.fspath(path)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(onnx.load(path).SerializeToString(), options)
    folded = onnx.load(path)
    used = {node.domain for node in folded.graph.node}
    kept = [opset for opset in folded.opset_import if opset.domain in used]
    del folded.opset_import[:]
    folded.opset_import.extend(kept)
    onnx.save(folded, path)


def _name_after_layers(onnx_graph: Any, graph: Graph, layers: list[str]) -> None:
    """A node with a kernel gets the name of the layer that holds it, or else the last node of a layer does;
    the others stand below it."""
    constants = {tensor.name for tensor in onnx_graph.initializer}
    weighted = {op.name for op in graph.ops if graph.weight(op) is not None}
    taken: set[str] = set()
    for node in reversed(onnx_graph.node):
        has_kernel = node.op_type in WEIGHTED and node.input[1] in constants
        # a node that the converter made is called after none, but the constants that it reads are
        layer = layer_of(" ".join((*node.input[1:], node.name) if has_kernel else (node.name,)), layers)
        if layer is None:
            continue
        name = f"{layer}/{node.name.rsplit('/', maxsplit=1)[-1]}"
        if has_kernel:
            name = _kernel_owner(node, layer, graph)
        elif layer not in taken | weighted and not _PUT_IN.search(node.name):
            name = layer
        node.name = _unique(name, taken)


def _kernel_owner(node: Any, layer: str, graph: Graph) -> str:
    """The operator of the Graph; a batch norm that was folded into its convolution may have lent its name."""
    if _DEPTHWISE in node.name:
        return f"{layer}{SLASH}depthwise"
    op = next((op for op in graph.ops if op.name == layer), None)
    while op is not None and graph.weight(op) is None:
        op = graph.producer(op.inputs[0])
    return layer if op is None else op.name.replace("/", SLASH)


def _unique(name: str, taken: set[str]) -> str:
    free, count = name, 1
    while free in taken:
        count += 1
        free = f"{name}_{count}"
    taken.add(free)
    return free
