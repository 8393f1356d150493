"""What a model's outputs must be, computed on this computer, and when others are taken for the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy.typing as npt

from codegen.graph import Graph
from core.boards.agreement import Agreement, hybrid_agreement, onnx_agreement, same_bytes, within_tolerance
from core.boards.onnx_reference import onnx_outputs
from core.boards.reference import reference_outputs
from core.models.tflite_weights import read_tflite_weights

Array = npt.NDArray[Any]


def reference_name(model: str) -> str:
    """What computes the outputs that others are compared with."""
    return "onnxruntime" if str(model).lower().endswith(".onnx") else "tflite"


def expected_outputs(
    model: str, graph: Graph, x: Array, after_sample: Callable[[], None]
) -> tuple[Array, Agreement]:
    """The outputs ``[samples, …]`` for `x`, and the rule; what `after_sample` raises ends the work.

    Raises ThimbleError ``reference-failed``.
    """

    def watch(_: int) -> None:
        after_sample()

    if reference_name(model) == "onnxruntime":
        return onnx_outputs(model, graph, x, watch), onnx_agreement(graph)
    reference = reference_outputs(model, x, watch)
    if reference.dtype.kind in "iu":
        return reference, same_bytes
    hybrid = sum(layer.kernel.dtype.kind in "iu" for layer in read_tflite_weights(model))
    return reference, hybrid_agreement(reference, hybrid) if hybrid else within_tolerance
