"""int8 dense layers, weights dense, for CPUs with SMLAD: four rows at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.interleaved import interleaved
from codegen.kernels.requantization import weight_matrix
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu


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
        return reason

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        portable = DenseS8().lower(layer)
        weights = weight_matrix(layer)
        words = ConstantArray("weights", four_rows_at_a_time(weights))
        others = tuple(c for c in portable.constants if c.role != "weights")
        return replace(
            portable, function=self.function, constants=(words, *others), cycles=_cycles(*weights.shape)
        )


def four_rows_at_a_time(weights: Int8Matrix) -> npt.NDArray[np.uint32]:
    """``[rows, inputs]`` as the words of thimble_dense_s8_m4.h."""
    rows, inputs = weights.shape
    pairs, quads = (rows + 1) // 2, -(-inputs // 4)
    whole = np.pad(weights, ((0, 2 * pairs - rows), (0, 4 * quads - inputs)))
    order = whole.reshape(2 * pairs, quads, 4)[:, :, [0, 2, 1, 3]]
    words = interleaved(order.reshape(2 * pairs, 4 * quads)).reshape(pairs, quads, 2)
    fours = words[: pairs // 2 * 2].reshape(pairs // 2, 2, quads, 2).transpose(0, 2, 1, 3)
    return np.concatenate([fours.reshape(-1), words[pairs // 2 * 2 :].reshape(-1)])


def _cycles(rows: int, inputs: int) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    fours, quads = (rows + 1) // 4, -(-inputs // 4)
    twos = 1 if rows % 4 in (1, 2) else 0
    return (31 * fours + 19 * twos) * quads + 82 * rows + 105
