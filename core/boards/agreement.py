"""When the outputs of a board count as right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Dequantize, DType, Graph

Array = npt.NDArray[Any]

#: Both are ``[samples, …]`` in the output's own type.
Agreement = Callable[[Array, Array], bool]

#: Of the largest magnitude: sums in single precision, in another order.
FLOAT_TOLERANCE = 1e-5
#: A class that leads by more than this must stay the first.
_MARGIN_STEPS = 2


def same_bytes(outputs: Array, reference: Array) -> bool:
    """Whether every byte is the same."""
    return len(outputs) == len(reference) and outputs.tobytes() == np.ascontiguousarray(reference).tobytes()


def within_tolerance(outputs: Array, reference: Array) -> bool:
    """Whether max|y − r| ≤ 1e-5 · max|r|."""
    difference = np.abs(outputs.astype(np.float64).ravel() - reference.astype(np.float64).ravel())
    return bool(difference.max() <= FLOAT_TOLERANCE * np.abs(reference).max())


def same_classes(step: float) -> Agreement:
    """Whether each sample whose first class leads by more than two steps has the same first class.

    For quantized ONNX: its float rounding and integer rounding differ in single steps.
    """

    def agree(outputs: Array, reference: Array) -> bool:
        given = outputs.reshape(len(outputs), -1)
        wanted = reference.reshape(len(reference), -1).astype(np.float64)
        ranked = np.sort(wanted, axis=1)
        lead = ranked[:, -1] - ranked[:, -2] if wanted.shape[1] > 1 else np.full(len(wanted), np.inf)
        clear = lead > _MARGIN_STEPS * step
        return bool(np.all((given.argmax(axis=1) == wanted.argmax(axis=1))[clear]))

    return agree


def onnx_agreement(graph: Graph) -> Agreement:
    """How the outputs of a network from an ONNX file are compared: as classes when it is quantized."""
    name = graph.outputs[0]
    producer = graph.producer(name)
    if graph.tensors[name].dtype is not DType.FLOAT32:
        return same_classes(1.0)
    if isinstance(producer, Dequantize):
        quantization = graph.tensors[producer.inputs[0]].quantization
        return same_classes(quantization.scale[0] if quantization else 0.0)
    quantized = any(tensor.dtype is DType.INT8 for tensor in graph.tensors.values())
    return same_classes(0.0) if quantized else within_tolerance
