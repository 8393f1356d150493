"""Layers whose integer weights have a zero point, as the one kernel for them takes them: a convolution.

Depthwise convolutions become convolutions in groups, dense layers convolutions of one tap. The zero point is
kept because not all weights fit into int8 without it: those of uint8 lie between −255 and 255.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from codegen.graph import Array, Conv2D, Dense, DepthwiseConv2D, DType, Op, Reshape, Rounding, Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Convolved:
    """The operators that a layer becomes, and the tensors that they need, new ones and changed ones."""

    ops: tuple[Op, ...]
    tensors: tuple[Tensor, ...]


def convolved(op: Op, source: Tensor, weights: Tensor, result: Tensor) -> Convolved:
    """A layer with weights that reads `source` and writes `result`; both are int8."""
    return _FORMS[type(op)](op, source, weights, result)


def _convolution(op: Conv2D, source: Tensor, weights: Tensor, result: Tensor) -> Convolved:
    return Convolved((replace(op, outputs=(result.name,), rounding=Rounding.ONCE),), ())


def _depthwise(op: DepthwiseConv2D, source: Tensor, weights: Tensor, result: Tensor) -> Convolved:
    data = np.asarray(weights.data).transpose(3, 1, 2, 0)  # [1, h, w, out] to [out, h, w, 1]
    groups = source.shape[-1]
    made = Conv2D(
        op.name, op.inputs, (result.name,), op.stride, op.dilation, op.padding, op.activation, groups,
        Rounding.ONCE,
    )  # fmt: skip
    return Convolved((made,), (_with_outputs_first(weights, data),))


def _dense(op: Dense, source: Tensor, weights: Tensor, result: Tensor) -> Convolved:
    outputs, inputs = weights.shape
    data = np.asarray(weights.data).reshape(outputs, 1, 1, inputs)
    image = replace(source, name=f"{result.name}_image", shape=(1, 1, 1, inputs))
    made = replace(result, name=f"{result.name}_made", shape=(1, 1, 1, outputs))
    names = (image.name, *op.inputs[1:])
    convolution = Conv2D(op.name, names, (made.name,), activation=op.activation, rounding=Rounding.ONCE)
    ops = (
        Reshape(f"{op.name}_image", (source.name,), (image.name,)),
        convolution,
        Reshape(f"{op.name}_row", (made.name,), (result.name,)),
    )
    return Convolved(ops, (image, made, _with_outputs_first(weights, data)))


def _with_outputs_first(weights: Tensor, data: Array) -> Tensor:
    """The weights in another shape, whose first axis has the outputs."""
    scale = weights.quantization
    if scale is not None and scale.axis is not None:
        scale = replace(scale, axis=0)
    whole = np.ascontiguousarray(data)
    return Tensor(weights.name, whole.shape, DType.INT8, scale, whole)


_FORMS: dict[type[Op], Callable[[Any, Tensor, Tensor, Tensor], Convolved]] = {
    Conv2D: _convolution,
    DepthwiseConv2D: _depthwise,
    Dense: _dense,
}

#: The layers that may have such weights.
CONVOLVED = frozenset(_FORMS)
