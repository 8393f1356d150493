"""Every weight as it is, zeros included."""

from __future__ import annotations

from codegen.sparse.base import ConstantArray, Matrix


class Dense:
    name = "dense"

    def supports(self, weights: Matrix) -> bool:
        return True

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]:
        return (ConstantArray("weights", weights.reshape(-1)),)

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix:
        return arrays[0].data.reshape(shape)
