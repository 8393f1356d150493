"""What the kernels on sparse and clustered weights share, whatever the operator."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import numpy as np

from codegen.graph import Conv2D, Dense, Rounding
from codegen.kernels.base import Field, Layer, activation_range, s8, u8, u16
from codegen.kernels.delta_fours import delta_fours, has_room
from codegen.kernels.requantization import (
    folded_bias,
    int8_refusal,
    multipliers,
    per_channel,
    requantize,
    weight_matrix,
)
from codegen.kernels.split_requantization import Requantization, in_halves, split_table
from codegen.sparse import FORMATS, ConstantArray
from codegen.sparse.base import Matrix

#: The formats that have kernels, and the part of the kernels' names that stands for each.
KERNEL_NAMES = {
    "crs8": "crs8",
    "crs16": "crs16",
    "bitmask": "bitmask",
    "delta4": "delta4",
    "delta8": "delta8",
    "codebook1": "codebook",
    "codebook2": "codebook",
    "codebook4": "codebook",
}
#: Totals are doubled before they are multiplied.
_LARGEST_TOTAL = 2**30 - 1


def paying_encodings(weights: Matrix) -> frozenset[str]:
    """The formats that could take less flash than the weights as they are: what is not among them need not be
    tried. Counts neither what a row takes nor tables."""
    nonzero, size, width = int(np.count_nonzero(weights)), weights.size, weights.dtype.itemsize
    least_bytes = {
        "crs8": nonzero * (width + 1),
        "crs16": nonzero * (width + 2),
        "bitmask": nonzero * width + size / 8,
        "delta4": nonzero * (width + 0.5),
        "delta8": nonzero * (width + 1),
        **{f"codebook{bits}": size * bits / 8 for bits in (1, 2, 4)},
    }
    return frozenset(name for name, least in least_bytes.items() if least < weights.nbytes)


def stored_arrays(encoding: str, weights: Matrix) -> tuple[ConstantArray, ...]:
    """The arrays of the format, but how many values each row has for where it starts: half the bytes, and all
    that kernels need, because they take the rows one after another. Delta-coded int8 weights lie in fours."""
    if _in_fours(encoding, weights):
        return delta_fours(weights)
    return tuple(_counts(array) for array in FORMATS[encoding].encode(weights))


def _in_fours(encoding: str, weights: Matrix) -> bool:
    return encoding == "delta8" and weights.dtype == np.int8


def _counts(array: ConstantArray) -> ConstantArray:
    if array.role != "row_pointers":
        return array
    return ConstantArray("counts", np.diff(array.data).astype(np.uint16))


def row_members(encoding: str, weights: Matrix, row_length: str) -> tuple[Field, ...]:
    """The struct members beside the arrays that decoding a row ``[rows, columns]`` takes; `row_length` is
    what the operator calls the number of columns."""
    return _ROW_MEMBERS[encoding](weights, row_length) if encoding in _ROW_MEMBERS else ()


def _length(weights: Matrix, row_length: str) -> tuple[Field, ...]:
    return (u16(row_length, weights.shape[1]),)


def _codebook(bits: int) -> Callable[[Matrix, str], tuple[Field, ...]]:
    def members(weights: Matrix, row_length: str) -> tuple[Field, ...]:
        tables = len(FORMATS[f"codebook{bits}"].encode(weights)[1].data) >> bits
        step = (1 << bits) if tables > 1 else 0
        return *_length(weights, row_length), u8("index_bits", bits), u8("table_step", step)

    return members


_ROW_MEMBERS: dict[str, Callable[[Matrix, str], tuple[Field, ...]]] = {
    "bitmask": _length,
    "codebook1": _codebook(1),
    "codebook2": _codebook(2),
    "codebook4": _codebook(4),
}


def multiplied(encoding: str, weights: Matrix) -> int:
    """Weights that a kernel multiplies: those that are not zero, and the zeros that a delta code stores."""
    values = next((a for a in stored_arrays(encoding, weights) if a.role == "values"), None)
    return int(np.count_nonzero(weights)) if values is None else len(values.data)


def sparse_refusal(layer: Layer, encoding: str, excess: int = 0) -> str | None:
    """Why the layer cannot be computed on weights in this format, or None. `excess` is what the kernel adds
    to each input."""
    reason = int8_refusal(layer)
    if reason is not None:
        return reason
    weights = weight_matrix(layer)
    if not FORMATS[encoding].supports(weights) or weights.shape[1] >= 2**16:
        return f"has weights that {encoding} cannot store"
    if _in_fours(encoding, weights) and not has_room(weights):
        return "has too few zeros for a delta code"
    sums = np.abs(weights.astype(np.int64)).sum(axis=1) * (128 + excess)
    bias = np.abs(folded_bias(layer).data.astype(np.int64))
    # An output without weights has a scale of its own: see scaling.
    totals = np.where(sums > 0, 2 * sums + bias, 0)
    return "has sums that do not fit" if totals.max() > _LARGEST_TOTAL else None


def scaling(layer: Layer, rounding: Rounding, excess: int = 0) -> tuple[ConstantArray, tuple[Field, ...]]:
    """The table ``[outputs, 3]`` of thimble_sparse_output, and its members behind the pointer to it. Biases
    have -(zero point of the input + `excess`) * (sum of weights) folded in. An output without weights is its
    bias, which in pruned networks is far beyond int8, and gets one that is within, with the scale 1/4."""
    weights = weight_matrix(layer).astype(np.int64)
    multiplier, shift = (per_channel(a, len(weights)).data.tolist() for a in multipliers(layer))
    output = layer.quantization(layer.output)
    low, high = activation_range(cast("Conv2D | Dense", layer.op).activation, output)
    bias = (folded_bias(layer).data - excess * weights.sum(axis=1)).tolist()
    has_weights: list[bool] = np.any(weights, axis=1).tolist()
    scale = _Scale(output.zero_point[0], low, high, rounding)
    channels = [
        (b, m, s) if computed else scale.constant(b, m, s)
        for b, m, s, computed in zip(bias, multiplier, shift, has_weights, strict=True)
    ]
    rows = [scale.row(*channel) for channel in channels]
    split = all(row is not None for row in rows)
    table = np.array(rows if split else channels)
    members = (
        s8("output_zero", output.zero_point[0]), s8("output_min", low), s8("output_max", high),
        u8("split", int(split)), Field("rounding", f"THIMBLE_ROUND_{rounding.name}", 1),
    )  # fmt: skip
    return ConstantArray("scaling", table.astype(np.int32).reshape(-1)), members


def is_fast(members: tuple[Field, ...]) -> bool:
    """Whether the scales that `scaling` gave come apart, as the kernels in assembly need them."""
    return any(member.name == "split" and member.value == "1" for member in members)


@dataclass(frozen=True, slots=True)
class _Scale:
    """What all outputs of a layer share: zero point, clamp and rounding."""

    zero: int
    low: int
    high: int
    rounding: Rounding

    def constant(self, bias: int, multiplier: int, shift: int) -> tuple[int, int, int]:
        """The same output of a bias alone, with the scale 1/4."""
        level = requantize(self.rounding, bias, multiplier, shift)
        return 4 * max(self.low - self.zero, min(self.high - self.zero, level)), 2**30, -1

    def row(self, bias: int, multiplier: int, shift: int) -> tuple[int, int, int] | None:
        """Bias, multiplier, limits and shift, where the shift is to the right by 1 to 12."""
        requantization = Requantization(
            (multiplier,), (shift,), self.zero, self.low, self.high, self.rounding
        )
        table = split_table(requantization)
        return None if table is None else (bias, int(table[0, 1]), in_halves(int(table[0, 2])))
