"""Compressed row storage: the non-zero values, their columns, and where each row starts.

Source: Deutel et al., "Energy-efficient Deployment of Deep Learning Applications on Cortex-M based
Microcontrollers using Deep Compression", section on sparse tensors. Its example: the rows
(10 0 0 0 1), (0 7 0 2 0), (0 0 8 0 0), (14 0 0 0 6) give values 10 1 7 2 8 14 6, columns
0 4 1 3 2 0 4, row pointers 0 2 4 5 7.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.sparse.base import ConstantArray, Matrix


class _Crs:
    """Both widths of the column indices share everything but the type."""

    name: str
    column_type: type[np.unsignedinteger[Any]]

    def supports(self, weights: Matrix) -> bool:
        return bool(weights.shape[1] <= np.iinfo(self.column_type).max + 1)

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]:
        rows, columns = np.nonzero(weights)
        counts = np.bincount(rows, minlength=weights.shape[0])
        row_pointers = np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32)
        return (
            ConstantArray("values", weights[rows, columns]),
            ConstantArray("columns", columns.astype(self.column_type)),
            ConstantArray("row_pointers", row_pointers),
        )

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix:
        values, columns, row_pointers = (a.data for a in arrays)
        weights = np.zeros(shape, dtype=values.dtype)
        rows = np.repeat(np.arange(shape[0]), np.diff(row_pointers).astype(np.int64))
        weights[rows, columns] = values
        return weights


class Crs8(_Crs):
    """Columns in 8 bits, for rows of at most 256 weights."""

    name = "crs8"
    column_type = np.uint8


class Crs16(_Crs):
    """Columns in 16 bits, for rows of at most 65,536 weights."""

    name = "crs16"
    column_type = np.uint16
