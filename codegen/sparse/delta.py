"""Delta coding: for each stored weight, how many zeros lie between it and the one before it.

A row begins before its first column. Where more zeros follow each other than a gap can say, one of them is
stored like a weight, so that gaps and values stay in step and decoding needs no branch. `counts` has the
stored weights of each row, these zeros included. Gaps of 4 bits lie two in a byte, the first in the lower
half; every row begins with a new byte.

Source: Han et al., "Deep Compression: Compressing Deep Neural Networks with Pruning, Trained Quantization and
Huffman Coding" (2016), section 2, with the same filler zeros.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import numpy as np
import numpy.typing as npt

from codegen.sparse.base import ConstantArray, Matrix


class _Delta(ABC):
    """Both widths of the gaps share everything but the packing."""

    name: str
    largest_gap: int

    def supports(self, weights: Matrix) -> bool:
        """`counts` has 16 bits."""
        return bool(weights.shape[1] < 2**16)

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]:
        stored = [self._stored_columns(np.flatnonzero(row)) for row in weights]
        gaps = [self._packed(np.diff(columns, prepend=-1) - 1) for columns in stored]
        values = [row[columns] for row, columns in zip(weights, stored, strict=True)]
        return (
            ConstantArray("values", np.concatenate(values)),
            ConstantArray("gaps", np.concatenate(gaps).astype(np.uint8)),
            ConstantArray("counts", np.array([len(columns) for columns in stored], np.uint16)),
        )

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix:
        values, gaps, counts = (a.data for a in arrays)
        weights = np.zeros(shape, dtype=values.dtype)
        value, byte = 0, 0
        for row, count in enumerate(counts.tolist()):
            size = self._packed_bytes(count)
            steps = self._unpacked(gaps[byte : byte + size])[:count].astype(np.int64) + 1
            weights[row, np.cumsum(steps) - 1] = values[value : value + count]
            value, byte = value + count, byte + size
        return weights

    def _stored_columns(self, nonzero: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The columns that are not zero, and the zeros that are stored to bridge long gaps."""
        step = self.largest_gap + 1
        before = np.concatenate([[-1], nonzero[:-1]]) if len(nonzero) else nonzero
        bridges = [
            np.arange(start + step, column, step) for start, column in zip(before, nonzero, strict=True)
        ]
        return np.sort(np.concatenate([nonzero, *bridges])).astype(np.int64)

    @abstractmethod
    def _packed(self, gaps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]: ...

    @abstractmethod
    def _packed_bytes(self, count: int) -> int: ...

    @abstractmethod
    def _unpacked(self, packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]: ...


class Delta4(_Delta):
    """At 80 % zeros 0.31 bytes for an int8 weight."""

    name = "delta4"
    largest_gap = 15

    def _packed(self, gaps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        pairs = np.pad(gaps, (0, len(gaps) % 2)).reshape(-1, 2)
        packed: npt.NDArray[np.int64] = pairs[:, 0] | pairs[:, 1] << 4
        return packed

    def _packed_bytes(self, count: int) -> int:
        return (count + 1) // 2

    def _unpacked(self, packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return np.stack([packed & 15, packed >> 4], axis=1).reshape(-1)


class Delta8(_Delta):
    """At 95 % zeros 0.10 bytes for an int8 weight, in rows of any length."""

    name = "delta8"
    largest_gap = 255

    def _packed(self, gaps: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        return gaps

    def _packed_bytes(self, count: int) -> int:
        return count

    def _unpacked(self, packed: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
        return packed
