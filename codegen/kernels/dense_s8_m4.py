"""int8 dense layers, weights dense, for CPUs with SMLAD: four rows at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import numpy.typing as npt

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, activation_range
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.interleaved import interleaved
from codegen.kernels.requantization import multipliers, weight_matrix
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

#: Turns the first row's bytes of a word into what they are plus 128.
_FIRST_ROW_128 = np.uint32(0x00800080)

#: At a time, as in the C.
_MOST_INPUTS = 496
#: Where half a unit and the output's zero point still fit into 32 bits.
_LEAST_SHIFT = -24


class DenseS8M4:
    function = "thimble_dense_s8_m4"
    serves: type[Op] = Dense
    encoding = "dense"
    dtype: DType | None = DType.INT8
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        reason = DenseS8().refusal(layer)
        if reason is None and len(weight_matrix(layer)) == 1:
            return "has one output, and the weights of a second one would be stored for nothing"
        if reason is None and _shift(layer) is None:
            return "changes the scale by 1/4 or more"
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        portable = DenseS8().lower(layer)
        weights = weight_matrix(layer)
        words = ConstantArray("weights", four_rows_at_a_time(weights))
        shift = _shift(layer)
        if shift is None:
            raise ValueError(f"{layer.op.name} was refused")
        others = (*(c for c in portable.constants if c.role in ("bias", "multiplier")), shift)
        return replace(portable, function=self.function, constants=(words, *others), cycles=_cycles(layer))


def _shift(layer: Layer) -> ConstantArray | None:
    """The shifts as the kernel takes them: -2 where the multiplier is 0. None when it cannot do one."""
    multiplier, shift = (a.data for a in multipliers(layer))
    usable = np.where(multiplier == 0, -2, shift)
    fits = ((usable >= _LEAST_SHIFT) & (usable <= -2)).all()
    return ConstantArray("shift", usable.astype(np.int8)) if fits else None


def four_rows_at_a_time(weights: Int8Matrix) -> npt.NDArray[np.uint32]:
    """``[rows, inputs]`` as the words of thimble_dense_s8_m4.h."""
    rows, inputs = weights.shape
    pairs, quads = (rows + 1) // 2, -(-inputs // 4)
    whole = np.pad(weights, ((0, 2 * pairs - rows), (0, 4 * quads - inputs)))
    order = whole.reshape(2 * pairs, quads, 4)[:, :, [0, 2, 1, 3]]
    words = interleaved(order.reshape(2 * pairs, 4 * quads)).reshape(pairs, quads, 2) ^ _FIRST_ROW_128
    fours = words[: pairs // 2 * 2].reshape(pairs // 2, 2, quads, 2).transpose(0, 2, 1, 3)
    return np.concatenate([fours.reshape(-1), words[pairs // 2 * 2 :].reshape(-1)])


def _cycles(layer: Layer) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    rows, inputs = weight_matrix(layer).shape
    op, output = cast(Dense, layer.op), layer.quantization(layer.output)
    fours, quads, segments = (rows + 1) // 4, -(-inputs // 4), -(-inputs // _MOST_INPUTS)
    twos = 1 if rows % 4 in (1, 2) else 0
    scaled_alone = rows if len(multipliers(layer)[0].data) > 1 else rows % 4
    clamp = 0 if activation_range(op.activation, output) == (-128, 127) else 9
    group = fours * (22 * quads + 50 * segments + 110) + twos * (26 * quads + 40 * segments + 60)
    return int(group + 20 * scaled_alone + clamp * rows + 11 * quads + 130)
