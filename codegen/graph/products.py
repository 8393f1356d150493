"""Products of two activations, and convolutions backwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from codegen.graph.operators import Op
from codegen.graph.tensor import NO_PADDING, Activation, Padding


@dataclass(frozen=True, slots=True)
class MatMul(Op):
    """Inputs ``[…, rows, inner]`` and ``[…, inner, columns]``, the axes before broadcast as in NumPy.

    With `transpose_a` the first is ``[…, inner, rows]``; with `transpose_b` the second is
    ``[…, columns, inner]``.
    """

    transpose_a: bool = False
    transpose_b: bool = False


@dataclass(frozen=True, slots=True)
class ConvTranspose2D(Op):
    """Inputs: activations, filter ``[out, h, w, in / groups]``, bias ``[out]``.

    Each input is spread over the output: input y adds to output y · stride + k · dilation − padding. Of the
    padding the top and the left count; the output may be of any size, and is 0 where nothing is added.
    """

    stride: tuple[int, int] = (1, 1)
    dilation: tuple[int, int] = (1, 1)
    padding: Padding = NO_PADDING
    activation: Activation = Activation.NONE
    groups: int = 1

    fuses_activation: ClassVar[bool] = True
    weight_axis: ClassVar[int | None] = 0
