"""`.onnx` and `.tflite`: what the compiler reads. A Keras model is made of what it read."""

from __future__ import annotations

from typing import Any

from codegen.frontends import load_graph
from codegen.graph import Graph
from core.models.formats.base import Ends, ModelFormat, Opening, require_single_ends
from core.models.from_graph import check_rebuildable, named_as_layers, rebuild


class _Compiled(ModelFormat):
    compiles = True

    def check(self, opening: Opening) -> Ends:
        graph = load_graph(opening.path)
        check_rebuildable(graph)
        return _ends(graph, str(opening.path))

    def graph(self, opening: Opening) -> Graph:
        return named_as_layers(load_graph(opening.path))

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
    require_single_ends(source, len(graph.inputs), len(graph.outputs))
    shapes = [graph.tensors[name].shape for name in (*graph.inputs, *graph.outputs)]
    return Ends(shapes[0][1:], shapes[1][-1])
