"""int8 dense layers where loads are dear and multiplications short: eight rows at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np

from codegen.graph import Dense, DType, Op, Rounding
from codegen.kernels.base import Layer, LoweredLayer, activation_range, pointer, u8
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.requantization import folded_bias, multipliers, reach, weight_matrix
from codegen.kernels.split_requantization import Requantization, Table, split_table
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_ROWS = 8
#: Cycles more an output whose scale does not come apart.
_WHOLE = 130


class DenseS8M0:
    function = "thimble_dense_s8_m0"
    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def refusal(self, layer: Layer) -> str | None:
        return DenseS8().refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        split = dense_scaling(layer)
        table = _whole_scaling(layer) if split is None else split
        portable, weights = DenseS8().lower(layer), weight_matrix(layer)
        bias = folded_bias(layer).data + table[:, 0]
        fields = (
            pointer("weights"), pointer("bias"), pointer("scaling"),
            *(f for f in portable.fields if f.name in ("inputs", "outputs")),
            u8("per_channel", int(len(table) > 1)), u8("split", int(split is not None)),
            *(f for f in portable.fields if f.name.startswith("output_")),
        )  # fmt: skip
        return replace(
            portable,
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", interleaved(weights)),
                ConstantArray("bias", bias),
                ConstantArray("scaling", table[:, 1:].reshape(-1)),
            ),
            cycles=_cycles(*weights.shape) + (_WHOLE * len(weights) if split is None else 0),
        )


def _cycles(rows: int, inputs: int) -> int:
    """Fitted to counts of single layers on the virtual board."""
    groups, left = divmod(rows, _ROWS)
    return 120 + 11 * inputs // 2 + groups * (145 * inputs // 4 + 700) + left * (10 * inputs + 150)


def interleaved(weights: Int8Matrix) -> Int8Matrix:
    """Groups of eight rows column by column, plus 128 modulo 256; then the rows that are left, unchanged."""
    whole = len(weights) // _ROWS * _ROWS
    groups = (weights[:whole].view(np.uint8) ^ np.uint8(128)).view(np.int8)
    groups = groups.reshape(-1, _ROWS, weights.shape[1]).transpose(0, 2, 1)
    return np.concatenate([groups.reshape(-1), weights[whole:].reshape(-1)])


def _whole_scaling(layer: Layer) -> Table:
    """``[outputs or 1, 4]``, of scales that do not come apart: nothing for the bias, multiplier and shift."""
    multiplier, shift = (array.data.astype(np.int32) for array in multipliers(layer))
    nothing = np.zeros_like(multiplier)
    return np.stack([nothing, multiplier, shift, nothing], axis=1)


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
