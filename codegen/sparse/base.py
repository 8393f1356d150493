"""What every storage format offers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

Int8Matrix = npt.NDArray[np.int8]
#: Weights ``[rows, columns]`` of int8 or float32; a row belongs to one output.
Matrix = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class ConstantArray:
    """A one-dimensional constant of the generated C. `role` becomes part of its name."""

    role: str
    data: npt.NDArray[Any]

    @property
    def size_bytes(self) -> int:
        return int(self.data.nbytes)


class StorageFormat(Protocol):
    """Encodes a matrix ``[rows, columns]`` of weights into constant arrays, and back."""

    name: str

    def supports(self, weights: Matrix) -> bool:
        """Whether these weights can be written in this format at all."""
        ...

    def encode(self, weights: Matrix) -> tuple[ConstantArray, ...]: ...

    def decode(self, arrays: tuple[ConstantArray, ...], shape: tuple[int, int]) -> Matrix: ...


def encoded_bytes(form: StorageFormat, weights: Matrix) -> int:
    """Flash bytes that the weights take in this format."""
    return sum(a.size_bytes for a in form.encode(weights))
