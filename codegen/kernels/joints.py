"""Concatenation and splitting, of every type: rows moved as bytes."""

from __future__ import annotations

from math import prod
from typing import cast

import numpy as np

from codegen.graph import Concat, DType, Op, Split, Tensor
from codegen.kernels.base import Layer, LoweredLayer, pointer, u8, u32
from codegen.kernels.operands import constant_inputs
from codegen.sparse import ConstantArray


def _widths(parts: list[Tensor], axis: int) -> ConstantArray:
    """Bytes of each part in one row."""
    sizes = [prod(t.shape[axis:]) * t.dtype.itemsize for t in parts]
    return ConstantArray("widths", np.array(sizes, dtype=np.uint32))


def _refusal(tensors: list[Tensor]) -> str | None:
    if any(t.dtype is not tensors[0].dtype for t in tensors):
        return "has parts of different types"
    same = all(t.quantization == tensors[0].quantization for t in tensors)
    return None if same else "has parts with different scales"


class ConcatBytes:
    function = "thimble_concat"
    serves: type[Op] = Concat
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return _refusal([layer.graph.tensors[n] for n in (*layer.op.inputs, *layer.op.outputs)])

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Concat, layer.op)
        parts = [layer.graph.tensors[n] for n in op.inputs]
        rows = prod(layer.output.shape[: op.axis])
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{len(parts)} inputs side by side",
            fields=(pointer("widths"), u32("rows", rows), u8("inputs", len(parts))),
            constants=(_widths(parts, op.axis), *constant_inputs(layer)),
            cycles=9 * layer.output.size_bytes // 2 + 40 * rows * len(parts),
            takes_list=True,
        )


class SplitBytes:
    function = "thimble_split"
    serves: type[Op] = Split
    dtype: DType | None = None
    encoding = "none"

    def refusal(self, layer: Layer) -> str | None:
        return _refusal([layer.graph.tensors[n] for n in (*layer.op.inputs, *layer.op.outputs)])

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Split, layer.op)
        parts = [layer.graph.tensors[n] for n in op.outputs]
        rows = prod(layer.input.shape[: op.axis])
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=f"cut into {len(parts)}",
            fields=(pointer("widths"), u32("rows", rows), u8("outputs", len(parts))),
            constants=(_widths(parts, op.axis),),
            cycles=9 * layer.input.size_bytes // 2 + 40 * rows * len(parts),
            gives_list=True,
        )
