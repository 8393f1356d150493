"""What the kernels of two inputs share: how both are walked together, and constants among them."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np

from codegen.graph import DType
from codegen.kernels.base import Field, Layer, array, input_role, s32, struct, u32
from codegen.sparse import ConstantArray

_AXES = 4
Shape = tuple[int, ...]
#: Length, step in the first input, step in the second.
Axis = tuple[int, int, int]


def int8_operands_refusal(layer: Layer) -> str | None:
    """Why the layer's inputs and output are not all int8 with one scale each, or None; and odd shapes."""
    return int8_types_refusal(layer) or broadcast_refusal(layer)


def int8_types_refusal(layer: Layer) -> str | None:
    """Why the layer's inputs and output are not all int8 with one scale each, or None."""
    tensors = [layer.graph.tensors[name] for name in (*layer.op.inputs, *layer.op.outputs)]
    odd = next((t for t in tensors if t.dtype is not DType.INT8), None)
    if odd is not None:
        return f"computes with {odd.dtype.value} beside int8"
    if any(t.quantization is None or t.quantization.per_channel for t in tensors):
        return "has no scale, or more than one, for an input or output"
    return None


def broadcast_refusal(layer: Layer) -> str | None:
    """Why the inputs cannot be walked together, or None."""
    many = len(_shared_axes(layer)) > _AXES
    return f"broadcasts its inputs over more than {_AXES} axes" if many else None


def same_shape(layer: Layer) -> bool:
    """Whether both inputs are walked element by element, none of them repeated."""
    axes = _shared_axes(layer)
    return len(axes) == 1 and axes[0][1:] == (1, 1)


def broadcast(layer: Layer) -> Field:
    """The member `shape`, a thimble_broadcast."""
    return _shape(_shared_axes(layer))


def matrix_pairs_refusal(layer: Layer) -> str | None:
    """Why the pairs of matrices cannot be walked, or None."""
    many = len(_pairs(layer)) > _AXES
    return f"multiplies matrices along more than {_AXES - 1} axes" if many else None


def matrix_pairs(layer: Layer) -> Field:
    """The member `batches`, a thimble_broadcast whose rows are pairs of matrices."""
    return replace(_shape(_pairs(layer)), name="batches")


def _pairs(layer: Layer) -> list[Axis]:
    """The axes before the matrices, with steps in elements; then one for the matrices themselves."""
    result, *inputs = (t.shape for t in (layer.output, *(layer.graph.tensors[n] for n in layer.op.inputs)))
    a, b = (prod(shape[-2:]) for shape in inputs)
    axes = _axes(result[:-2], *(shape[:-2] for shape in inputs))
    return [(n, a * first, b * second) for n, first, second in axes if n > 1] + [(1, 0, 0)]


def _shape(axes: list[Axis]) -> Field:
    """A thimble_broadcast that walks these axes."""
    axes = [(1, 0, 0)] * (_AXES - len(axes)) + axes
    members = (
        u32("rows", prod(n for n, _, _ in axes[:-1])),
        array("a_step", tuple(s32("step", a) for _, a, _ in axes)),
        array("b_step", tuple(s32("step", b) for _, _, b in axes)),
        array("count", tuple(u32("count", n) for n, _, _ in axes)),
    )
    return struct("shape", members)


def _shared_axes(layer: Layer) -> list[Axis]:
    """The axes along which both inputs are walked."""
    first, second = (layer.graph.tensors[n].shape for n in layer.op.inputs)
    return _axes(layer.output.shape, first, second)


def _axes(result: Shape, a_shape: Shape, b_shape: Shape) -> list[Axis]:
    """The axes of the result, merged where both inputs go on without a gap."""
    return [(n, a, b) for n, a, b in merged_axes(result, [a_shape, b_shape])]


def merged_axes(result: Shape, shapes: list[Shape]) -> list[tuple[int, ...]]:
    """(length, step in the first input, in the second, …), merged where all go on without a gap."""
    steps = [_steps(shape, len(result)) for shape in shapes]
    merged: list[tuple[int, ...]] = []
    for n, *along in zip(result, *steps, strict=True):
        if n == 1:
            continue
        if merged and merged[-1][1:] == tuple(step * n for step in along):
            merged[-1] = (merged[-1][0] * n, *along)
        else:
            merged.append((n, *along))
    return merged or [(1, *(1 for _ in shapes))]


def _steps(shape: Shape, rank: int) -> list[int]:
    """Elements from one index to the next, an axis; 0 along axes of length 1."""
    shape = (1,) * (rank - len(shape)) + shape
    return [prod(shape[axis + 1 :]) if n > 1 else 0 for axis, n in enumerate(shape)]


def constant_inputs(layer: Layer) -> tuple[ConstantArray, ...]:
    """The inputs that are constants, to be passed in place of activations."""
    constants = []
    for index, name in enumerate(layer.op.inputs):
        data = layer.graph.tensors[name].data
        if data is not None:
            constants.append(ConstantArray(input_role(index), np.ascontiguousarray(data).reshape(-1)))
    return tuple(constants)


def describe(layer: Layer) -> str:
    """The shapes of both inputs, for the comment beside the call."""
    shapes = ("x".join(map(str, layer.graph.tensors[n].shape[1:])) or "1" for n in layer.op.inputs)
    return " and ".join(shapes)
