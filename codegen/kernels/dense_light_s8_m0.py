"""int8 dense layers with small weights for CPUs without a long multiplication: two products in one MULS.

Sums of two rows share a word and must be taken apart before one of them leaves 16 bits: after inputs whose
weights have a magnitude of at most 255 together. How many inputs that are is chosen for each group of rows;
the few weights that are in the way are stored smaller, and what they lack is added at the end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from codegen.graph import Dense, DType, Op
from codegen.kernels.base import Layer, LoweredLayer, pointer, u8, u16
from codegen.kernels.dense_s8 import DenseS8
from codegen.kernels.dense_s8_m0 import dense_scaling
from codegen.kernels.requantization import folded_bias, weight_matrix
from codegen.kernels.split_requantization import SCALE_REFUSAL
from codegen.sparse import ConstantArray
from codegen.sparse.base import Int8Matrix
from codegen.targets.board import Cpu

_ROWS = 4
_INPUTS = 8
_LARGEST_SUM = 255
_SHIFTS = range(3, 8)
_BLOCK = 256
_WORD_BYTES_OF_AN_INPUT = 5
_END = 65_535
#: Cycles of taking the sums apart, of eight inputs, and of a fix; a fix also takes six bytes.
_APART, _EIGHT, _FIX = 23, 88, 25
#: Fixes must not be more than one for so many weights.
_WEIGHTS_A_FIX = 200


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Four rows as they are stored, and what they lack."""

    shift: int
    stored: npt.NDArray[np.int64]
    lacking: npt.NDArray[np.int64]

    @property
    def fixes(self) -> int:
        return int(np.count_nonzero(self.lacking))

    def cycles(self) -> int:
        inputs: int = self.stored.shape[1]
        return -(-inputs >> self.shift) * _APART + inputs // _INPUTS * _EIGHT + _FIX * self.fixes


class DenseLightS8M0:
    function = "thimble_dense_light_s8_m0"
    serves: type[Op] = Dense
    dtype: DType | None = DType.INT8
    encoding = "dense"
    cpus = frozenset({Cpu.CORTEX_M0PLUS})

    def refusal(self, layer: Layer) -> str | None:
        reason = DenseS8().refusal(layer)
        if reason is not None:
            return reason
        weights = weight_matrix(layer)
        if weights.shape[0] % _ROWS or weights.shape[1] % _INPUTS:
            return "has outputs or inputs that are no multiple of 4 and 8"
        if _too_large(weights.astype(np.int64), _SHIFTS[0]).sum() * _WEIGHTS_A_FIX > weights.size:
            return "has large weights"
        if sum(g.fixes for g in _groups(weights)) * _WEIGHTS_A_FIX > weights.size:
            return "has too many large weights"
        return SCALE_REFUSAL if dense_scaling(layer) is None else None

    def lower(self, layer: Layer) -> LoweredLayer:
        table = dense_scaling(layer)
        if table is None:
            raise ValueError(f"{layer.op.name} was refused")
        weights = weight_matrix(layer)
        outputs, inputs = weights.shape
        groups = _groups(weights)
        block = min(inputs, _BLOCK)
        fields = (
            pointer("weights"), pointer("shifts"), pointer("fixes"), pointer("bias"), pointer("scaling"),
            u16("inputs", inputs), u16("outputs", outputs), u16("block", block),
            u8("per_channel", int(len(table) > 1)),
        )  # fmt: skip
        return replace(
            DenseS8().lower(layer),
            function=self.function,
            fields=fields,
            constants=(
                ConstantArray("weights", _stored(groups)),
                ConstantArray("shifts", np.array([g.shift for g in groups], np.uint8)),
                ConstantArray("fixes", _fixes(groups)),
                ConstantArray("bias", folded_bias(layer).data + table[:, 0]),
                ConstantArray("scaling", table[:, 1:].reshape(-1)),
            ),
            cycles=_cycles(groups, inputs, len(table) > 1),
            scratch_bytes=_WORD_BYTES_OF_AN_INPUT * block + (4 * outputs if block < inputs else 0),
        )


def _groups(weights: Int8Matrix) -> tuple[Group, ...]:
    return _groups_of(weights.tobytes(), weights.shape[1])


@lru_cache(maxsize=16)
def _groups_of(weights: bytes, inputs: int) -> tuple[Group, ...]:
    """Each group of rows with the shift that takes the fewest cycles; kept, because a layer is first asked
    about and then lowered."""
    rows = np.frombuffer(weights, np.int8).astype(np.int64).reshape(-1, _ROWS, inputs)
    chosen = [_group(four, _SHIFTS[0]) for four in rows]
    for shift in _SHIFTS[1:]:
        large = _too_large(rows.reshape(-1, inputs), shift).reshape(len(rows), -1).sum(axis=1)
        for number in np.flatnonzero(large * _WEIGHTS_A_FIX <= _ROWS * inputs):
            chosen[number] = min(chosen[number], _group(rows[number], shift), key=Group.cycles)
    return tuple(chosen)


def _too_large(rows: npt.NDArray[np.int64], shift: int) -> npt.NDArray[np.bool_]:
    """``[rows, runs]``: where a run of 2^shift inputs has more weight than fits."""
    size = 1 << shift
    padded = np.pad(np.abs(rows), ((0, 0), (0, -rows.shape[1] % size)))
    large: npt.NDArray[np.bool_] = padded.reshape(len(rows), -1, size).sum(axis=2) > _LARGEST_SUM
    return large


def _group(rows: npt.NDArray[np.int64], shift: int) -> Group:
    """In each run of 2^shift inputs, the largest weights are reduced until the rest is small enough."""
    stored = rows.copy()
    for row, run in np.argwhere(_too_large(rows, shift)):
        place = slice(run << shift, (run + 1) << shift)
        magnitudes = np.abs(rows[row, place])
        largest_first = np.argsort(-magnitudes)
        left = int(magnitudes.sum()) - _LARGEST_SUM
        before = np.cumsum(magnitudes[largest_first]) - magnitudes[largest_first]
        taken = np.clip(left - before, 0, magnitudes[largest_first])
        magnitudes[largest_first] -= taken
        stored[row, place] = np.sign(rows[row, place]) * magnitudes
    return Group(shift, stored, rows - stored)


def _stored(groups: tuple[Group, ...]) -> npt.NDArray[np.uint8]:
    """``[groups, inputs, 4]``, each plus 128."""
    return np.concatenate([(g.stored.T + 128).astype(np.uint8).reshape(-1) for g in groups])


def _fixes(groups: tuple[Group, ...]) -> npt.NDArray[np.uint16]:
    rows = [
        (_ROWS * number + row, column, int(group.lacking[row, column]) % 2**16)
        for number, group in enumerate(groups)
        for row, column in np.argwhere(group.lacking)
    ]
    return np.array([*rows, (_END, 0, 0)], np.uint16).reshape(-1)


def _cycles(groups: tuple[Group, ...], inputs: int, per_channel: bool) -> int:
    """Fitted to counts of single layers on the virtual board."""
    blocks = -(-inputs // _BLOCK)
    an_output = 75 if per_channel else 55
    group = sum(g.cycles() for g in groups) + len(groups) * (4 * an_output + 200 * blocks)
    return 150 + 16 * inputs + group
