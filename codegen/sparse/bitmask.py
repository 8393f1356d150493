"""One bit a weight says whether it is zero; the weights that are not follow each other.

The first weight of eight is the lowest bit of its byte, and every row begins with a new byte.
"""

from __future__ import annotations

import numpy as np

from codegen.sparse.base import ConstantArray, Matrix


class Bitmask:
    """At 50 % zeros 0.625 bytes for an int8 weight, at 80 % 0.325."""

    name = "bitmask"

    def supports(self, weights: Matrix) -> bool:
        return True

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]:
        mask = np.packbits(weights != 0, axis=1, bitorder="little")
        return (
            ConstantArray("values", weights[weights != 0]),
            ConstantArray("mask", mask.reshape(-1)),
        )

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix:
        values, mask = (a.data for a in arrays)
        bits = np.unpackbits(mask.reshape(shape[0], -1), axis=1, count=shape[1], bitorder="little")
        weights = np.zeros(shape, dtype=values.dtype)
        weights[bits == 1] = values
        return weights
