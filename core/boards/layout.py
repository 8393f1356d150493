"""Samples between the layout of the model's file (NCHW in most ONNX files) and that of the generated code."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph

Array = npt.NDArray[Any]


def to_graph_layout(graph: Graph, name: str, samples: Array) -> Array:
    """``[samples, …]`` of the input or output `name`, from the file's layout to the code's."""
    axes = graph.file_axes.get(name)
    return samples if axes is None else np.ascontiguousarray(samples.transpose(axes))


def to_file_layout(graph: Graph, name: str, samples: Array) -> Array:
    """The other way round."""
    axes = graph.file_axes.get(name)
    return samples if axes is None else np.ascontiguousarray(samples.transpose(np.argsort(axes)))
