"""Float dense layers on sparse and clustered weights: one kernel a storage format."""

from __future__ import annotations

from codegen.graph import Dense, Op
from codegen.kernels.base import Field, Layer, u16
from codegen.kernels.sparse_f32 import SparseF32, float_matrix
from codegen.kernels.stored_weights import KERNEL_NAMES, multiplied
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


class SparseDenseF32(SparseF32):
    """A dense layer with its weights in the format `encoding`."""

    serves: type[Op] = Dense
    operator, row_length = "dense", "inputs"

    def title(self, layer: Layer) -> str:
        rows, columns = float_matrix(layer).shape
        return f"dense, {columns} -> {rows}"

    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        return (u16("outputs", len(float_matrix(layer))),)

    def cycles(self, layer: Layer, cpu: Cpu) -> int:
        matrix = float_matrix(layer)
        a_product, a_weight, a_row = _CYCLES[cpu][KERNEL_NAMES[self.encoding]]
        products = multiplied(self.encoding, matrix)
        return round(a_product * products + a_weight * matrix.size + a_row * len(matrix))
