"""int8 dense layers, weights dense, where loads are dear and multiplications short: eight rows at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, s8, u8, u16
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.requantization import folded_bias, multipliers, weight_matrix
from codegen.kernels.split_requantization import Requantization, Rounding, Table, split_table
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_ROWS = 8


class DenseS8M0:
    function = "thimble_dense_s8_m0"
    serves: type[Op] = Dense
    encoding = "dense"
    dtype: DType | None = DType.INT8
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def refusal(self, layer: Layer) -> str | None:
        reason = DenseS8().refusal(layer)
        if reason is None and _scaling(layer) is None:
            return "changes the scale by less than 1/2 or more than 1/8192"
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        table = _scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        weights = weight_matrix(layer)
        rows, inputs = weights.shape
        fields = (
            pointer("weights"), pointer("bias"), pointer("scaling"),
            u16("inputs", inputs), u16("outputs", rows),
            u8("per_channel", int(len(table) > 1)),
            s8("output_zero", layer.quantization(layer.output).zero_point[0]),
        )  # fmt: skip
        return replace(
            DenseS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", interleaved(weights)),
                folded_bias(layer),
                ConstantArray("scaling", table.reshape(-1)),
            ),
            cycles=_cycles(rows, inputs),
        )


def interleaved(weights: Int8Matrix) -> Int8Matrix:
    """Groups of eight rows column by column, plus 128 modulo 256; then the rows that are left, unchanged."""
    whole = len(weights) // _ROWS * _ROWS
    groups = (weights[:whole].view(np.uint8) ^ np.uint8(128)).view(np.int8)
    groups = groups.reshape(-1, _ROWS, weights.shape[1]).transpose(0, 2, 1)
    return np.concatenate([groups.reshape(-1), weights[whole:].reshape(-1)])


def _scaling(layer: Layer) -> Table | None:
    multiplier, shift = (array.data.tolist() for array in multipliers(layer))
    output = layer.quantization(layer.output)
    low, high = activation_range(cast(Dense, layer.op).activation, output)
    return split_table(
        Requantization(tuple(multiplier), tuple(shift), output.zero_point[0], low, high, Rounding.ONCE)
    )


def _cycles(rows: int, inputs: int) -> int:
    """Fitted to counts of single layers on the virtual board."""
    groups, left = divmod(rows, _ROWS)
    return 120 + 11 * inputs // 2 + groups * (145 * inputs // 4 + 700) + left * (10 * inputs + 150)
