"""int8 dense layers where loads are dear and multiplications short: eight rows at a time, or CRS."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Dense, DType, Op, Rounding
from codegen.kernels.base import Kernel, Layer, LoweredLayer, activation_range, pointer, u8
from codegen.kernels.dense_s8 import DenseCrs8S8, DenseCrs16S8, DenseS8
from codegen.kernels.requantization import folded_bias, multipliers, reach, weight_matrix
from codegen.kernels.split_requantization import SCALE_REFUSAL, Requantization, Table, split_table
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_ROWS = 8


class _DenseM0(ABC):
    """What the storages share; `portable` is the kernel that each stands in for."""

    function: str
    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8
    encoding: str
    cpus = frozenset({Cpu.CORTEX_M0PLUS})
    portable: Kernel

    def refusal(self, layer: Layer) -> str | None:
        reason = self.portable.refusal(layer)
        if reason is None and dense_scaling(layer) is None:
            return SCALE_REFUSAL
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        table = dense_scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        portable, weights = self.portable.lower(layer), weight_matrix(layer)
        bias = folded_bias(layer).data + table[:, 0]
        stored = self.stored(weights, portable)
        fields = (
            *(pointer(array.role) for array in stored),
            pointer("bias"), pointer("scaling"),
            *(f for f in portable.fields if f.name in ("inputs", "outputs")),
            u8("per_channel", int(len(table) > 1)),
        )  # fmt: skip
        return replace(
            portable,
            function=self.function,
            fields=fields,
            constants=(
                *stored,
                ConstantArray("bias", bias),
                ConstantArray("scaling", table[:, 1:].reshape(-1)),
            ),
            cycles=self.cycles(weights),
        )

    @abstractmethod
    def stored(self, weights: Int8Matrix, portable: LoweredLayer) -> tuple[ConstantArray, ...]: ...

    @abstractmethod
    def cycles(self, weights: Int8Matrix) -> int:
        """Fitted to counts of single layers on the virtual board."""


class DenseS8M0(_DenseM0):
    function = "thimble_dense_s8_m0"
    encoding = "dense"
    portable = DenseS8()

    def stored(self, weights: Int8Matrix, portable: LoweredLayer) -> tuple[ConstantArray, ...]:
        return (ConstantArray("weights", interleaved(weights)),)

    def cycles(self, weights: Int8Matrix) -> int:
        rows, inputs = int(weights.shape[0]), int(weights.shape[1])
        groups, left = divmod(rows, _ROWS)
        return 120 + 11 * inputs // 2 + groups * (145 * inputs // 4 + 700) + left * (10 * inputs + 150)


class _DenseCrsM0(_DenseM0):
    a_weight_cycles: int

    def stored(self, weights: Int8Matrix, portable: LoweredLayer) -> tuple[ConstantArray, ...]:
        return tuple(c for c in portable.constants if c.role in ("values", "columns", "row_pointers"))

    def cycles(self, weights: Int8Matrix) -> int:
        return self.a_weight_cycles * int(np.count_nonzero(weights)) + 130 * len(weights)


class DenseCrs8S8M0(_DenseCrsM0):
    function = "thimble_dense_crs8_s8_m0"
    encoding = "crs8"
    portable = DenseCrs8S8()
    a_weight_cycles = 10


class DenseCrs16S8M0(_DenseCrsM0):
    function = "thimble_dense_crs16_s8_m0"
    encoding = "crs16"
    portable = DenseCrs16S8()
    a_weight_cycles = 11


def interleaved(weights: Int8Matrix) -> Int8Matrix:
    """Groups of eight rows column by column, plus 128 modulo 256; then the rows that are left, unchanged."""
    whole = len(weights) // _ROWS * _ROWS
    groups = (weights[:whole].view(np.uint8) ^ np.uint8(128)).view(np.int8)
    groups = groups.reshape(-1, _ROWS, weights.shape[1]).transpose(0, 2, 1)
    return np.concatenate([groups.reshape(-1), weights[whole:].reshape(-1)])


def dense_scaling(layer: Layer) -> Table | None:
    """``[outputs or 1, 4]``: what the bias needs besides, and a scale."""
    multiplier, shift = (array.data.tolist() for array in multipliers(layer))
    output, weights = layer.quantization(layer.output), weight_matrix(layer)
    low, high = activation_range(cast(Dense, layer.op).activation, output)
    reaches = reach(weights, folded_bias(layer).data) if len(multiplier) == len(weights) else ()
    return split_table(
        Requantization(
            tuple(multiplier), tuple(shift), output.zero_point[0], low, high, Rounding.ONCE, reaches
        )
    )
