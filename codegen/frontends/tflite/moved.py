"""Operators that move bytes, where the file names another scale for their output.

The converter does so where it has calibrated the two apart (REVERSE_V2). The reference kernels move the bytes
and rescale nothing; so do these: the bytes are moved in the input's scale, and then read in the output's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from codegen.frontends.tflite.steps import Steps
from codegen.graph import DType, Op, Reshape, Slice, Split, Take, Tensor, Transpose

_MOVING = (Slice, Split, Take, Transpose)


def bytes_moved(steps: Steps, around: Mapping[str, Tensor]) -> Steps:
    """The steps, with a Reshape behind each mover whose int8 output has another scale than its input.

    `around` are the tensors that the steps read and write, by name.
    """
    tensors = {**around, **{tensor.name: tensor for tensor in steps.tensors}}
    ops: list[Op] = []
    more: list[Tensor] = []
    for op in steps.ops:
        given = [tensors[name] for name in op.outputs]
        kept = [_like(tensor, tensors[op.inputs[0]]) for tensor in given]
        if not isinstance(op, _MOVING) or kept == given:
            ops.append(op)
            continue
        ops.append(replace(op, outputs=tuple(t.name for t in kept)))
        for n, (before, after) in enumerate(zip(kept, given, strict=True)):
            if before is not after:
                more.append(before)
                ops.append(Reshape(f"{op.name}_read_{n + 1}", (before.name,), (after.name,)))
    return Steps(tuple(ops), (*steps.tensors, *more))


def _like(tensor: Tensor, source: Tensor) -> Tensor:
    """The tensor, or another in the scale of the source where they differ."""
    if tensor.dtype is not DType.INT8 or tensor.quantization == source.quantization:
        return tensor
    return replace(tensor, name=f"{tensor.name}_moved", quantization=source.quantization)
