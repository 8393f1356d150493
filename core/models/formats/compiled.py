"""`.onnx` and `.tflite`: what the compiler reads. A Keras model is made of what it read."""

from __future__ import annotations

from typing import Any

from codegen.frontends import load_graph
from codegen.graph import Graph
from core.errors import ThimbleError
from core.models.formats.base import Ends, ModelFormat, Opening
from core.models.from_graph import check_rebuildable, rebuild


class _Compiled(ModelFormat):
    compiles = True

    def check(self, opening: Opening) -> Ends:
        graph = load_graph(opening.path)
        check_rebuildable(graph)
        return _ends(graph, str(opening.path))

    def load(self, opening: Opening) -> Any:
        return rebuild(load_graph(opening.path))


class Onnx(_Compiled):
    """A float network of any program that writes ONNX; NCHW becomes NHWC."""

    id = "onnx"
    title = "ONNX"
    endings = (".onnx",)


class Tflite(_Compiled):
    """A float network for TensorFlow Lite."""

    id = "tflite"
    title = "TensorFlow Lite"
    endings = (".tflite",)


def _ends(graph: Graph, source: str) -> Ends:
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        raise ThimbleError(
            "not-there-yet",
            f"{source} has {len(graph.inputs)} inputs and {len(graph.outputs)} outputs",
            "only models with one input and one output can be compressed so far",
        )
    shapes = [graph.tensors[name].shape for name in (*graph.inputs, *graph.outputs)]
    return Ends(shapes[0][1:], shapes[1][-1])
