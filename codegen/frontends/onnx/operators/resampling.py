"""Weighted sums of neighbours along one axis: a matrix with few entries near each other in each row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.frontends.onnx.builder import Builder
from codegen.frontends.onnx.node import Node
from codegen.frontends.onnx.value import Activation
from codegen.graph import Array, Resample

#: Of a matrix that is looked at before only its few entries are stored.
_MOST_ENTRIES = 2**24


def require_small(node: Node, outputs: int, inputs: int) -> None:
    """Raise CodegenError ``unsupported-operator`` for a matrix that would take very much memory here."""
    if outputs * inputs > _MOST_ENTRIES:
        raise node.refusal(f"makes {outputs} elements of {inputs}", "use a smaller layer")


def resampled(
    builder: Builder, node: Node, value: Activation, axis: int, matrix: Array, suffix: str = ""
) -> Activation:
    """Along a logical axis, output i is Σ matrix[i, n] · input n; `matrix` is ``[output, input]``.

    Only the part of each row from the first entry that is not 0 to the last is stored.
    """
    value = builder.unscrambled(node, value)
    used = matrix != 0
    first = np.where(used.any(axis=1), used.argmax(axis=1), 0)
    last = matrix.shape[1] - 1 - np.where(used.any(axis=1), used[:, ::-1].argmax(axis=1), 0)
    taps = int((last - first).max(where=used.any(axis=1), initial=0)) + 1
    first = np.minimum(first, matrix.shape[1] - taps)
    weights = matrix[np.arange(len(matrix))[:, None], first[:, None] + np.arange(taps)]
    inputs = (
        value.tensor,
        builder.add_constant(f"{node.name}_weights", weights.astype(np.float32)),
        builder.add_constant(f"{node.name}_first", first.astype(np.int32)),
    )
    shape = tuple(len(matrix) if a == axis else n for a, n in enumerate(value.shape))
    stored = tuple(shape[a] for a in value.order)
    tensor = builder.emit(node, Resample, inputs, stored, suffix, axis=value.order.index(axis))
    return replace(value, shape=shape, tensor=tensor)
