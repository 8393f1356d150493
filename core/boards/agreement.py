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
#: No number may be farther off: each layer before it may differ in single steps.
_MOST_STEPS = 8
_LARGEST_INT8 = 127


class Rule(Enum):
    """What is asked of the outputs. NOTHING could be: the answers of the reference hardly differ."""

    BYTES = "bytes"
    TOLERANCE = "tolerance"
    CLASSES = "classes"
    NOTHING = "nothing"


def _always(_: Array) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Agreement:
    """A rule, and whether outputs keep it: both arrays are ``[samples, …]`` in the output's own type.

    `tells` says whether a reference is one that other outputs could fail to agree with; with one that is
    not, nothing agrees.
    """

    rule: Rule
    holds: Callable[[Array, Array], bool]
    tells: Callable[[Array], bool] = _always

    def __call__(self, outputs: Array, reference: Array) -> bool:
        return self.tells(reference) and self.holds(outputs, reference)

    def rule_for(self, reference: Array) -> Rule:
        """The rule, or NOTHING where this reference leaves none to be kept."""
        return self.rule if self.tells(reference) else Rule.NOTHING


def _same_bytes(outputs: Array, reference: Array) -> bool:
    return len(outputs) == len(reference) and outputs.tobytes() == np.ascontiguousarray(reference).tobytes()


def _within_tolerance(outputs: Array, reference: Array) -> bool:
    difference = np.abs(outputs.astype(np.float64).ravel() - reference.astype(np.float64).ravel())
    return bool(difference.max() <= FLOAT_TOLERANCE * np.abs(reference).max())


#: Every byte is the same.
same_bytes = Agreement(Rule.BYTES, _same_bytes)
#: max|y − r| ≤ 1e-5 · max|r|.
within_tolerance = Agreement(Rule.TOLERANCE, _within_tolerance)


@dataclass(frozen=True, slots=True)
class _Classes:
    """See `same_classes`."""

    step: float
    step_before_softmax: float | None
    read: Callable[[Array], Array]

    def holds(self, outputs: Array, reference: Array) -> bool:
        given, wanted = self._numbers(outputs), self._numbers(reference)
        near = np.abs(given - wanted) <= self._most_off(wanted)
        same = given.argmax(axis=1) == wanted.argmax(axis=1)
        return bool(near.all() and same[self._clear(wanted)].all())

    def tells(self, reference: Array) -> bool:
        """Whether there is a class to be kept, or outputs that are all the same would be too far off."""
        wanted = self._numbers(reference)
        most = self._most_off(wanted)
        differ = (wanted - most).max(axis=1) > (wanted + most).min(axis=1)
        return bool((self._clear(wanted) | differ).any())

    def _numbers(self, outputs: Array) -> Array:
        """``[samples, numbers]``"""
        return self.read(outputs.reshape(len(outputs), -1).astype(np.float64))

    def _clear(self, wanted: Array) -> Array:
        """``[samples]``: whether the first class leads by enough; a single number has no class to lead."""
        if wanted.shape[1] == 1:
            return np.ones(len(wanted), bool)
        first, second = np.sort(wanted, axis=1)[:, :-3:-1].T
        clear = first - second > _MARGIN_STEPS * self.step
        if self.step_before_softmax is not None:
            clear &= first > second * np.exp(_MARGIN_STEPS * self.step_before_softmax)
        return np.asarray(clear)

    def _most_off(self, wanted: Array) -> Array:
        """How far each number may be off; where the outputs have no steps, 8 bits are taken for them."""
        most = np.full(wanted.shape, _MOST_STEPS * (self.step or np.abs(wanted).max() / _LARGEST_INT8))
        if self.step_before_softmax is not None:
            # of its inputs, one against the others: the odds p / (1 − p) change by this factor
            factor = np.exp(_MOST_STEPS * self.step_before_softmax)
            likelier = wanted * factor / (1 - wanted + wanted * factor)
            unlikelier = wanted / (wanted + (1 - wanted) * factor)
            most += np.maximum(likelier - wanted, wanted - unlikelier)
        return most


def _as_they_are(numbers: Array) -> Array:
    return numbers


def same_classes(
    step: float,
    step_before_softmax: float | None = None,
    read: Callable[[Array], Array] = _as_they_are,
) -> Agreement:
    """Each sample whose first class leads by more than two steps has the same first class, and no number is
    off by more than eight steps. One sample at least must have such a class, or numbers that differ by more.

    For quantized ONNX: its float rounding and integer rounding differ in single steps. Where the outputs are
    those of a softmax, one step of its inputs may be worth many of its outputs: two of those must lie between
    the classes as well, and eight of those are forgiven. `read` makes of the outputs the numbers whose steps
    are told.
    """
    classes = _Classes(step, step_before_softmax, read)
    return Agreement(Rule.CLASSES, classes.holds, classes.tells)


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
    producer = graph.producer(name)
    if graph.tensors[name].dtype is not DType.FLOAT32:
        return _integer_classes(graph, name, producer)
    step = _step(graph, producer.inputs[0]) if isinstance(producer, Dequantize) else 0.0
    return same_classes(step, _step_before_softmax(graph, producer))


def _integer_classes(graph: Graph, name: str, producer: Op | None) -> Agreement:
    quantization = graph.tensors[name].quantization
    if quantization is None:
        return same_classes(1.0)
    scale, zero_point = quantization.scale[0], quantization.zero_point[0]

    def read(integers: Array) -> Array:
        return np.asarray((integers - zero_point) * scale)

    return same_classes(scale, _step_before_softmax(graph, producer), read)


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
