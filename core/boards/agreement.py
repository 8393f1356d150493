"""When the outputs of a board count as right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Dequantize, DType, Graph, Op, Quantize, Reshape, Softmax

Array = npt.NDArray[Any]

#: Of the largest magnitude: sums in single precision, in another order.
FLOAT_TOLERANCE = 1e-5
#: A class that leads by more than this must stay the first.
_MARGIN_STEPS = 2
#: Of a single number, which has no class: each layer before it may differ in single steps.
_MOST_STEPS = 8
_LARGEST_INT8 = 127


class Rule(Enum):
    """What is asked of the outputs."""

    BYTES = "bytes"
    TOLERANCE = "tolerance"
    CLASSES = "classes"


@dataclass(frozen=True, slots=True)
class Agreement:
    """A rule, and whether outputs keep it: both arrays are ``[samples, …]`` in the output's own type."""

    rule: Rule
    holds: Callable[[Array, Array], bool]

    def __call__(self, outputs: Array, reference: Array) -> bool:
        return self.holds(outputs, reference)


def _same_bytes(outputs: Array, reference: Array) -> bool:
    return len(outputs) == len(reference) and outputs.tobytes() == np.ascontiguousarray(reference).tobytes()


def _within_tolerance(outputs: Array, reference: Array) -> bool:
    difference = np.abs(outputs.astype(np.float64).ravel() - reference.astype(np.float64).ravel())
    return bool(difference.max() <= FLOAT_TOLERANCE * np.abs(reference).max())


#: Every byte is the same.
same_bytes = Agreement(Rule.BYTES, _same_bytes)
#: max|y − r| ≤ 1e-5 · max|r|.
within_tolerance = Agreement(Rule.TOLERANCE, _within_tolerance)


def same_classes(step: float, step_before_softmax: float | None = None) -> Agreement:
    """Each sample whose first class leads by more than two steps has the same first class; a single output
    differs by at most eight steps.

    For quantized ONNX: its float rounding and integer rounding differ in single steps. Where the outputs are
    those of a softmax, one step of its inputs may be worth many of its outputs: two of those must lie between
    the classes as well.
    """

    def agree(outputs: Array, reference: Array) -> bool:
        given = outputs.reshape(len(outputs), -1).astype(np.float64)
        wanted = reference.reshape(len(reference), -1).astype(np.float64)
        if wanted.shape[1] == 1:
            return bool(np.abs(given - wanted).max() <= _MOST_STEPS * step)
        first, second = np.sort(wanted, axis=1)[:, :-3:-1].T
        clear = first - second > _MARGIN_STEPS * step
        if step_before_softmax is not None:
            clear &= first > second * np.exp(_MARGIN_STEPS * step_before_softmax)
        return bool(np.all((given.argmax(axis=1) == wanted.argmax(axis=1))[clear]))

    return Agreement(Rule.CLASSES, agree)


def hybrid_agreement(reference: Array, layers: int) -> Agreement:
    """For TFLite files with integer weights in a float network (dynamic range), as classes: the reference
    rounds what each of the `layers` reads to 8 bits, the generated C computes with floats throughout.
    """
    return same_classes(layers * float(np.abs(reference).max()) / _LARGEST_INT8)


def onnx_agreement(graph: Graph) -> Agreement:
    """How the outputs of a network from an ONNX file are compared: as classes when it is quantized."""
    if not any(tensor.dtype is DType.INT8 for tensor in graph.tensors.values()):
        return within_tolerance
    name = graph.outputs[0]
    if graph.tensors[name].dtype is not DType.FLOAT32:
        return same_classes(1.0)
    producer = graph.producer(name)
    step = _step(graph, producer.inputs[0]) if isinstance(producer, Dequantize) else 0.0
    return same_classes(step, _step_before_softmax(graph, producer))


def _step(graph: Graph, tensor: str) -> float:
    """What one step of these integers is worth; 0 of floats."""
    quantization = graph.tensors[tensor].quantization
    return quantization.scale[0] if quantization else 0.0


def _step_before_softmax(graph: Graph, op: Op | None) -> float | None:
    """Of the integers that the softmax reads whose results `op` hands on, if there is one."""
    while isinstance(op, Dequantize | Quantize | Reshape):
        op = graph.producer(op.inputs[0])
    if not isinstance(op, Softmax):
        return None
    source = op.inputs[0]
    before = graph.producer(source)
    return _step(graph, before.inputs[0] if isinstance(before, Dequantize) else source)
