"""int8 dense layers on sparse and clustered weights: one kernel a storage format."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen.graph import Dense, DType, Op, Rounding
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer, u16
from codegen.kernels.requantization import weight_matrix
from codegen.kernels.stored_weights import (
    KERNEL_NAMES,
    multiplied,
    row_members,
    scaling,
    sparse_refusal,
    stored_arrays,
)
from codegen.sparse.base import Matrix
from codegen.targets.board import Cpu

#: Cycles of the Cortex-M0+ for a weight that is multiplied, for any weight, and for an output; fitted to
#: counts of single layers on the virtual board.
_CYCLES = {
    "crs8": (9.3, 0.0, 62.0),
    "crs16": (10.2, 0.0, 62.0),
    "bitmask": (35.0, 2.0, 90.0),
    "delta4": (14.0, 0.0, 90.0),
    "delta8": (10.1, 0.0, 64.0),
    "codebook1": (20.0, 20.0, 90.0),
    "codebook2": (20.0, 20.0, 90.0),
    "codebook4": (0.0, 12.5, 70.0),
}
#: The same of other CPUs where no factor fits.
_CYCLES_ON = {"codebook4": {Cpu.CORTEX_M4F: (0.0, 4.7, 45.0)}}


class SparseDenseS8:
    """A dense layer with its weights in the format `encoding`."""

    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.function = f"thimble_dense_{KERNEL_NAMES[encoding]}_s8"

    def refusal(self, layer: Layer) -> str | None:
        return sparse_refusal(layer, self.encoding)

    def lower(self, layer: Layer) -> LoweredLayer:
        matrix = weight_matrix(layer)
        rows, columns = matrix.shape
        arrays = stored_arrays(self.encoding, matrix)
        table, output = scaling(layer, Rounding.ONCE)
        fields = (
            *(pointer(array.role) for array in arrays),
            *row_members(self.encoding, matrix, "inputs"),
            *_shared(rows, output),
        )
        nonzero = int(np.count_nonzero(matrix))
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"dense, {columns} -> {rows}, {nonzero} of {matrix.size} weights are not zero",
            fields=fields,
            constants=(*arrays, table),
            cycles=self._cycles(matrix, _CYCLES[self.encoding]),
            cycles_on={
                cpu: self._cycles(matrix, costs) for cpu, costs in _CYCLES_ON.get(self.encoding, {}).items()
            },
        )

    def _cycles(self, matrix: Matrix, costs: tuple[float, float, float]) -> int:
        a_product, a_weight, a_row = costs
        products = multiplied(self.encoding, matrix)
        return round(a_product * products + a_weight * matrix.size + a_row * len(matrix))


def _shared(rows: int, output: tuple[Field, ...]) -> tuple[Field, ...]:
    """thimble_sparse_dense."""
    members = (
        *(replace(f, name=f"output.{f.name}") for f in (pointer("scaling"), *output)),
        u16("outputs", rows),
    )
    return tuple(replace(f, name=f"layer.{f.name}") for f in members)
