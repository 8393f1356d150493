"""Delta-coded int8 weights as the kernels read them: steps of 8 bits, four at a time.

A step is what lies between two stored columns, so that it is added as it is; the first of a row counts from
column 0. Where a step would not fit, and where a row's number of weights is no multiple of four, some zeros
are stored too: a row then is a number of whole words, and has no rest to be computed one by one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from codegen.sparse import ConstantArray
from codegen.sparse.base import Matrix

_LARGEST_STEP = 255
_TOGETHER = 4


def has_room(weights: Matrix) -> bool:
    """Whether every row ``[columns]`` has enough zeros to fill up its last word."""
    columns = weights.shape[1]
    return all(len(_filled(columns, row)) % _TOGETHER == 0 for row in weights)


def delta_fours(weights: Matrix) -> tuple[ConstantArray, ...]:
    """Values, steps and `counts`, the stored weights of each row, of weights ``[rows, columns]``."""
    stored = [_filled(weights.shape[1], row) for row in weights]
    steps = [np.diff(columns, prepend=0) for columns in stored]
    values = [row[columns] for row, columns in zip(weights, stored, strict=True)]
    return (
        ConstantArray("values", np.concatenate(values)),
        ConstantArray("steps", np.concatenate(steps).astype(np.uint8)),
        ConstantArray("counts", np.array([len(columns) for columns in stored], np.uint16)),
    )


def _filled(columns: int, row: Matrix) -> npt.NDArray[np.int64]:
    """The columns to store: of the weights, of zeros that bridge long steps, of the first other zeros."""
    nonzero = np.flatnonzero(row)
    before = np.concatenate([[0], nonzero[:-1]]) if len(nonzero) else nonzero
    bridges = [
        np.arange(start + _LARGEST_STEP, column, _LARGEST_STEP)
        for start, column in zip(before, nonzero, strict=True)
    ]
    stored = np.concatenate([nonzero, *bridges]).astype(np.int64)
    others = np.setdiff1d(np.arange(columns), stored)
    return np.sort(np.concatenate([stored, others[: -len(stored) % _TOGETHER]]))
