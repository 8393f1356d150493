"""Float dense layers, weights dense, for the FPU of the Cortex-M4: four rows at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer
from codegen.kernels.fours import four_rows_at_a_time
from codegen.kernels.weights_f32 import DenseF32
from codegen.sparse import ConstantArray
from codegen.targets.board import Cpu


class DenseF32M4:
    function = "thimble_dense_f32_m4"
    serves: type[Op] = Dense
    dtype: DType | None = DType.FLOAT32
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M4F})

    def refusal(self, layer: Layer) -> str | None:
        return DenseF32().refusal(layer)

    def lower(self, layer: Layer) -> LoweredLayer:
        """The portable layer with its weights in another order."""
        portable = DenseF32().lower(layer)
        weights = np.asarray(layer.constant(1), np.float32)
        others = tuple(c for c in portable.constants if c.role != "weights")
        return replace(
            portable,
            function=self.function,
            constants=(ConstantArray("weights", four_rows_at_a_time(weights)), *others),
            cycles=dense_cycles(*weights.shape),
        )


def dense_cycles(rows: int, inputs: int) -> int:
    """Of a Cortex-M4F, fitted to counts of single layers on the virtual board."""
    eights, rest = divmod(inputs, 8)
    fours, ones = divmod(rows, 4)
    return fours * (112 * eights + 19 * rest + 150) + ones * (38 * eights + 10 * rest + 90) + 100
