"""A codebook for clustered weights: each weight is the index of its value in a short table.

There is one table for all rows where that is enough, and else one a row: weights that share a centroid in
float become different integers in rows with different scales. An index takes 1, 2 or 4 bits; the first of a
byte lies lowest, and every row begins with a new byte. What a table has no value for is 0.
"""

from __future__ import annotations

import numpy as np

from codegen.sparse.base import ConstantArray, Matrix


class Codebook:
    """Indices of `bits` bits: at 4, half a byte for a weight and 16 values a table."""

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self.name = f"codebook{bits}"

    @property
    def entries(self) -> int:
        """Values in a table."""
        return 1 << self.bits

    def supports(self, weights: Matrix) -> bool:
        return all(len(np.unique(row)) <= self.entries for row in weights)

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]:
        shared = np.unique(weights)
        tables = [shared] if len(shared) <= self.entries else [np.unique(row) for row in weights]
        book = np.zeros((len(tables), self.entries), weights.dtype)
        indices = np.zeros(weights.shape, np.uint8)
        for row, line in enumerate(weights):
            indices[row] = np.searchsorted(tables[row % len(tables)], line)
        for place, values in enumerate(tables):
            book[place, : len(values)] = values
        return (
            ConstantArray("indices", self._packed(indices).reshape(-1)),
            ConstantArray("codebook", book.reshape(-1)),
        )

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix:
        packed, book = (a.data for a in arrays)
        shifts = np.arange(0, 8, self.bits, dtype=np.uint8)
        indices = (packed.reshape(shape[0], -1, 1) >> shifts & (self.entries - 1)).reshape(shape[0], -1)
        tables = np.broadcast_to(book.reshape(-1, self.entries), (shape[0], self.entries))
        return np.take_along_axis(tables, indices[:, : shape[1]].astype(np.int64), axis=1)

    def _packed(self, indices: Matrix) -> Matrix:
        """``[rows, columns]`` to ``[rows, bytes]``."""
        in_byte = 8 // self.bits
        padded = np.pad(indices, ((0, 0), (0, -indices.shape[1] % in_byte)))
        groups = padded.reshape(len(indices), -1, in_byte) << np.arange(0, 8, self.bits, dtype=np.uint8)
        packed: Matrix = np.bitwise_or.reduce(groups, axis=2)
        return packed
