"""Float dense layers on sparse and clustered weights: one kernel a storage format."""

from __future__ import annotations

import numpy as np

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u16
from codegen.kernels.floats import float_bias
from codegen.kernels.sparse_f32 import float_matrix, shared_members, sparse_float_refusal
from codegen.kernels.stored_weights import KERNEL_NAMES, multiplied, row_members, stored_arrays
from codegen.targets.board import Cpu

#: Cycles for a weight that is multiplied, for any weight, and for an output; fitted to counts of single
#: layers on the virtual boards.
_CYCLES = {
    Cpu.CORTEX_M0PLUS: {
        "crs8": (290.0, 0.0, 550.0),
        "crs16": (290.0, 0.0, 550.0),
        "bitmask": (300.0, 2.0, 550.0),
        "delta4": (292.0, 0.0, 550.0),
        "delta8": (290.0, 0.0, 550.0),
        "codebook": (290.0, 34.0, 550.0),
    },
    Cpu.CORTEX_M4F: {
        "crs8": (7.0, 0.0, 89.0),
        "crs16": (7.0, 0.0, 89.0),
        "bitmask": (12.7, 1.5, 56.0),
        "delta4": (10.4, 0.0, 80.0),
        "delta8": (8.5, 0.0, 89.0),
        "codebook": (5.6, 17.0, 60.0),
    },
}


class SparseDenseF32:
    """A dense layer with its weights in the format `encoding`."""

    serves: type[Op] = Dense
    dtype: DType | None = DType.FLOAT32

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.function = f"thimble_dense_{KERNEL_NAMES[encoding]}_f32"

    def refusal(self, layer: Layer) -> str | None:
        return sparse_float_refusal(layer, self.encoding)

    def lower(self, layer: Layer) -> LoweredLayer:
        matrix = float_matrix(layer)
        rows, columns = matrix.shape
        arrays = stored_arrays(self.encoding, matrix)
        nonzero = int(np.count_nonzero(matrix))
        cycles = {cpu: self._cycles(layer, cpu) for cpu in _CYCLES}
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"dense, {columns} -> {rows}, {nonzero} of {matrix.size} weights are not zero",
            fields=(
                *(pointer(array.role) for array in arrays),
                *row_members(self.encoding, matrix, "inputs"),
                *shared_members(layer, (u16("outputs", rows),)),
            ),
            constants=(*arrays, float_bias(layer, rows)),
            cycles=cycles[Cpu.CORTEX_M0PLUS],
            cycles_on=cycles,
        )

    def _cycles(self, layer: Layer, cpu: Cpu) -> int:
        matrix = float_matrix(layer)
        a_product, a_weight, a_row = _CYCLES[cpu][KERNEL_NAMES[self.encoding]]
        products = multiplied(self.encoding, matrix)
        return round(a_product * products + a_weight * matrix.size + a_row * len(matrix))
