"""Whether an engine on the Pi computes what the reference on this computer does, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from codegen.graph import Graph
from core.boards.agreement import Agreement, Rule, onnx_agreement, same_classes
from core.boards.layout import to_graph_layout
from core.pi.events import PiInference

Array = npt.NDArray[Any]

#: Of the largest output: sums of whole layers in single precision, in another order and with fused products.
_FLOAT_STEP = 1e-4


@dataclass(frozen=True, slots=True)
class Verification:
    """`rule` is the strictest that the outputs keep, or the mildest where they keep none (not `verified`).

    `largest_difference` is in the outputs' own numbers.
    """

    verified: bool
    rule: Rule
    largest_difference: float


def verify(graph: Graph, outputs: Array, reference: Array, agree: Agreement) -> Verification:
    """Arrays are ``[samples, …]`` in the layout of the Graph, in the type of the model's output.

    The outputs should keep `agree`, as those of every board. Engines are other people's kernels, though, some
    of which round otherwise by design (XNNPACK): where the clear answers are all the same, that is said
    instead.
    """
    rules = (agree, *_milder(graph, reference, agree))
    kept = next((rule for rule in rules if rule(outputs, reference)), None)
    difference = np.abs(outputs.astype(np.float64) - reference.astype(np.float64))
    rule = (kept or rules[-1]).rule_for(reference)
    return Verification(kept is not None, rule, float(difference.max(initial=0.0)))


def _milder(graph: Graph, reference: Array, agree: Agreement) -> tuple[Agreement, ...]:
    if agree.rule is Rule.CLASSES:
        return ()
    if reference.dtype.kind in "iu":
        return (onnx_agreement(graph),)
    return (same_classes(_FLOAT_STEP * float(np.abs(reference).max())),)


def outputs_of(graph: Graph, inferences: Sequence[PiInference], dtype: np.dtype[Any]) -> Array:
    """What the Pi computed, ``[inferences, …]`` in the layout of the Graph."""
    name = graph.outputs[0]
    shape = graph.file_shape(name)[1:]
    values = np.stack([inference.output.astype(dtype, copy=False).reshape(shape) for inference in inferences])
    return to_graph_layout(graph, name, values)
