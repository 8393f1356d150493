"""`.onnx` files, by ONNX Runtime without its graph optimizations: those would change what is rounded when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.frontends import load_graph
from codegen.graph import Graph
from codegen.single_ends import require_single_ends
from core.boards.layout import to_file_layout, to_graph_layout
from core.boards.quantization import to_model_input
from core.data.samples import FloatArray
from core.errors import ThimbleError
from core.models.onnxruntime_errors import onnxruntime_errors
from core.runners.base import Runner

Array = npt.NDArray[Any]


class OnnxSession:
    """An ONNX Runtime session on samples in the layout of the Graph that was read of the file."""

    def __init__(self, path: str | Path, graph: Graph) -> None:
        """Raises ThimbleError ``reference-failed``."""
        import onnxruntime

        self._path, self._graph = Path(path), graph
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.intra_op_num_threads = 1
        options.log_severity_level = 4  # what goes wrong is raised
        try:
            self._session = onnxruntime.InferenceSession(
                str(path), options, providers=["CPUExecutionProvider"]
            )
        except onnxruntime_errors() as error:
            raise self._failed(error) from error

    def run(self, samples: Array) -> Array:
        """The output ``[1, …]`` for one sample ``[1, …]``, both in the model's own types.

        Raises ThimbleError ``reference-failed``.
        """
        source, result = self._graph.inputs[0], self._graph.outputs[0]
        try:
            given = to_file_layout(self._graph, source, samples)
            value = np.asarray(self._session.run(None, {source: given})[0])
        except onnxruntime_errors() as error:
            raise self._failed(error) from error
        return to_graph_layout(self._graph, result, value.reshape(self._graph.file_shape(result)))

    def _failed(self, error: Exception) -> ThimbleError:
        return ThimbleError(
            "reference-failed",
            f"ONNX Runtime cannot run {self._path.name}: {error}",
            "check the file with onnx.checker.check_model",
        )


class OnnxRunner(Runner):
    """For files whose operators the compiler knows: it tells the layout of images."""

    def __init__(self, path: str | Path) -> None:
        """Open the file. Raises CodegenError for what the compiler cannot read, and ThimbleError
        ``reference-failed`` for what ONNX Runtime cannot."""
        graph = load_graph(path)
        require_single_ends(graph, "evaluation", "give a model with one input and one output")
        self._session = OnnxSession(path, graph)
        self._input, self._output = graph.tensors[graph.inputs[0]], graph.tensors[graph.outputs[0]]
        self.sample_shape = tuple(self._input.shape[1:])
        self.outputs = self._output.elements

    def run(self, samples: FloatArray) -> FloatArray:
        """See `Runner.run`."""
        raw = self._session.run(to_model_input(samples, self._input)).reshape(1, -1)
        by = self._output.quantization
        if by is None:
            return np.asarray(raw, np.float32)
        return np.asarray(by.scale[0] * (raw.astype(np.float32) - by.zero_point[0]), np.float32)
