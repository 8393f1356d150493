"""What ONNX Runtime computes of an `.onnx` file: the truth that boards are compared with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.boards.layout import to_file_layout, to_graph_layout
from core.errors import ThimbleError


def onnx_outputs(
    path: Path | str,
    graph: Graph,
    x: npt.NDArray[Any],
    on_sample: Callable[[int], None] | None = None,
) -> npt.NDArray[Any]:
    """The model's output for each sample, without ONNX Runtime's graph optimizations.

    `graph` is what was read of the file; `x` and the result are ``[samples, …]`` in the layout of its ends.
    `on_sample` is called with the index of each sample when it is done; what it raises ends the work.
    Raises ThimbleError ``reference-failed``.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.intra_op_num_threads = 1
    source, result = graph.inputs[0], graph.outputs[0]
    samples = to_file_layout(graph, source, x)
    outputs = []
    try:
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        for index, sample in enumerate(samples):
            value = session.run(None, {source: sample[None]})[0]
            outputs.append(np.asarray(value).reshape(graph.file_shape(result))[0])
            if on_sample is not None:
                on_sample(index)
    except (RuntimeError, ValueError) as error:  # what ONNX Runtime raises derives from these
        raise ThimbleError(
            "reference-failed",
            f"ONNX Runtime cannot run {Path(path).name}: {error}",
            "check the file with onnx.checker.check_model",
        ) from error
    return to_graph_layout(graph, result, np.stack(outputs))
