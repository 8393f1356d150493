"""int8 dense layers: weights dense, or in compressed row storage."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import cast

import numpy as np

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Field, Layer, LoweredLayer, activation_range, pointer, s8, u8, u16
from codegen.kernels.requantization import folded_bias, int8_refusal, multipliers, weight_matrix
from codegen.sparse import FORMATS


class _DenseKernel(ABC):
    """What the storages share; each subclass names its struct members and counts its cycles."""

    function: str
    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8
    encoding: str

    def refusal(self, layer: Layer) -> str | None:
        reason = int8_refusal(layer)
        if reason is None and not FORMATS[self.encoding].supports(weight_matrix(layer)):
            return f"has too many weights an output for {self.encoding}"
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        op = cast(Dense, layer.op)
        matrix = weight_matrix(layer)
        multiplier, shift = multipliers(layer)
        output = layer.quantization(layer.output)
        low, high = activation_range(op.activation, output)
        weights = FORMATS[self.encoding].encode(matrix)
        fields = (
            *(pointer(array.role) for array in weights),
            pointer("bias"), pointer("multiplier"), pointer("shift"),
            *self.sizes(matrix.shape[1], matrix.shape[0]),
            u8("per_channel", int(len(multiplier.data) > 1)),
            s8("output_zero", output.zero_point[0]),
            s8("output_min", low), s8("output_max", high),
        )  # fmt: skip
        nonzero = int(np.count_nonzero(matrix))
        return LoweredLayer(
            op=op,
            function=self.function,
            encoding=self.encoding,
            comment=self.describe(matrix.shape[1], matrix.shape[0], nonzero),
            fields=fields,
            constants=(*weights, folded_bias(layer), multiplier, shift),
            cycles=self.cycles(matrix.size, nonzero) + 190 * matrix.shape[0],
        )

    @abstractmethod
    def sizes(self, inputs: int, outputs: int) -> tuple[Field, ...]: ...

    def describe(self, inputs: int, outputs: int, nonzero: int) -> str:
        return f"dense, {inputs} -> {outputs}, {nonzero} of {inputs * outputs} weights stored"

    @abstractmethod
    def cycles(self, weights: int, nonzero: int) -> int: ...


class DenseS8(_DenseKernel):
    function = "thimble_dense_s8"
    encoding = "dense"

    def sizes(self, inputs: int, outputs: int) -> tuple[Field, ...]:
        return u16("inputs", inputs), u16("outputs", outputs)

    def describe(self, inputs: int, outputs: int, nonzero: int) -> str:
        return f"dense, {inputs} -> {outputs}"

    def cycles(self, weights: int, nonzero: int) -> int:
        return 21 * weights // 2


class _DenseCrs(_DenseKernel):
    def sizes(self, inputs: int, outputs: int) -> tuple[Field, ...]:
        return (u16("outputs", outputs),)

    def cycles(self, weights: int, nonzero: int) -> int:
        return 12 * nonzero


class DenseCrs8S8(_DenseCrs):
    function = "thimble_dense_crs8_s8"
    encoding = "crs8"


class DenseCrs16S8(_DenseCrs):
    function = "thimble_dense_crs16_s8"
    encoding = "crs16"
