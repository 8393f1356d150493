"""What an ONNX value is while a model is read.

ONNX gives every value a logical shape, NCHW for images. The Graph stores images as NHWC. An `Activation`
remembers in which order its axes lie in the Graph's tensor, so that a Transpose in the file, or the change
of layout, moves nothing until an operator needs the axes in one order.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from codegen.graph import Array, Quantization


@dataclass(frozen=True, slots=True)
class Scramble:
    """Elements of a flattened image in the order of the image's stored axes.

    `shape` is the image's logical shape; stored axis i was logical axis `order[i]`.
    """

    shape: tuple[int, ...]
    order: tuple[int, ...]

    @property
    def stored_shape(self) -> tuple[int, ...]:
        return tuple(self.shape[axis] for axis in self.order)

    @property
    def positions(self) -> Array:
        """Where each logical element lies: int64 ``[elements]``."""
        stored = np.arange(prod(self.shape)).reshape(self.stored_shape)
        return stored.transpose(inverse(self.order)).ravel()


@dataclass(frozen=True, slots=True)
class Activation:
    """A value that is computed: stored axis i is logical axis `order[i]`.

    With `scramble` the value has one axis longer than 1, and its elements lie in another order.
    `unsigned` says that the file's uint8 is kept as int8, 128 lower.
    """

    shape: tuple[int, ...]
    tensor: str
    order: tuple[int, ...]
    scramble: Scramble | None = None
    unsigned: bool = False

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def stored_shape(self) -> tuple[int, ...]:
        return tuple(self.shape[axis] for axis in self.order)


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A value that is known: `data` in the file's own order. `quantization` tells the integers that float
    `data` was made of by a DequantizeLinear."""

    data: Array
    quantization: Quantization | None = None


Value = Activation | Constant


def identity(rank: int) -> tuple[int, ...]:
    return tuple(range(rank))


def channels_last(rank: int) -> tuple[int, ...]:
    """The order NHWC of a logical NCHW, for any number of places."""
    return (0, *range(2, rank), 1) if rank > 2 else identity(rank)


def inverse(order: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(order.index(axis) for axis in range(len(order)))


def long_axes(shape: tuple[int, ...], order: tuple[int, ...]) -> tuple[int, ...]:
    """The logical axes longer than 1 as they are stored: two orders that agree in them are the same bytes."""
    return tuple(axis for axis in order if shape[axis] != 1)
