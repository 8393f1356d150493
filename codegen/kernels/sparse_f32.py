"""The float kernels on sparse and clustered weights: what they share, whatever the operator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
import numpy.typing as npt

from codegen.graph import Conv2D, Dense, DType, Op
from codegen.kernels.base import Field, Layer, LoweredLayer, pointer
from codegen.kernels.floats import clamp, float_bias, float_refusal
from codegen.kernels.stored_weights import KERNEL_NAMES, row_members, stored_arrays
from codegen.sparse import FORMATS
from codegen.targets.board import Cpu

#: The formats that have float kernels.
FLOAT_ENCODINGS = (
    "crs8",
    "crs16",
    "bitmask",
    "delta4",
    "delta8",
    "codebook1",
    "codebook2",
    "codebook4",
)


def float_matrix(layer: Layer) -> npt.NDArray[Any]:
    """The weights as ``[outputs, weights per output]``."""
    weights = np.asarray(layer.constant(1), np.float32)
    return weights.reshape(weights.shape[0], -1)


def sparse_float_refusal(layer: Layer, encoding: str) -> str | None:
    """Why the layer cannot be computed on weights in this format, or None."""
    reason = float_refusal(layer)
    if reason is not None:
        return reason
    weights = float_matrix(layer)
    if not FORMATS[encoding].supports(weights) or weights.shape[1] >= 2**16:
        return f"has weights that {encoding} cannot store"
    # A product with 0 is not 0 then: the dense kernels give what the zeros make of it.
    return None if np.isfinite(weights).all() else "has weights that are no finite numbers"


def shared_members(layer: Layer, sizes: tuple[Field, ...]) -> tuple[Field, ...]:
    """The member `layer`: bias, clamp and these sizes."""
    op = cast("Conv2D | Dense", layer.op)
    members = (pointer("bias"), *clamp(op.activation), *sizes)
    return tuple(replace(member, name=f"layer.{member.name}") for member in members)


class SparseF32(ABC):
    """A kernel for float weights in the format `encoding`; an operator is a subclass."""

    serves: type[Op]
    dtype: DType | None = DType.FLOAT32
    #: In the names of the functions, and what the struct calls the number of weights of an output.
    operator: ClassVar[str]
    row_length: ClassVar[str]

    def __init__(self, encoding: str) -> None:
        self.encoding = encoding
        self.function = f"thimble_{self.operator}_{KERNEL_NAMES[encoding]}_f32"

    def refusal(self, layer: Layer) -> str | None:
        return sparse_float_refusal(layer, self.encoding)

    def lower(self, layer: Layer) -> LoweredLayer:
        matrix = float_matrix(layer)
        arrays = stored_arrays(self.encoding, matrix)
        nonzero = int(np.count_nonzero(matrix))
        cycles = {cpu: self.cycles(layer, cpu) for cpu in (Cpu.CORTEX_M0PLUS, Cpu.CORTEX_M4F)}
        return LoweredLayer(
            op=layer.op,
            function=self.function,
            encoding=self.encoding,
            comment=f"{self.title(layer)}, {nonzero} of {matrix.size} weights are not zero",
            fields=(
                *(pointer(array.role) for array in arrays),
                *row_members(self.encoding, matrix, self.row_length),
                *shared_members(layer, self.sizes(layer)),
            ),
            constants=(*arrays, float_bias(layer, len(matrix))),
            cycles=cycles[Cpu.CORTEX_M0PLUS],
            cycles_on=cycles,
            scratch_bytes=self.scratch_bytes(layer),
        )

    @abstractmethod
    def title(self, layer: Layer) -> str:
        """The layer in the words of the generated code."""

    @abstractmethod
    def sizes(self, layer: Layer) -> tuple[Field, ...]:
        """The members behind bias and clamp."""

    @abstractmethod
    def cycles(self, layer: Layer, cpu: Cpu) -> int:
        """An estimate."""

    def scratch_bytes(self, layer: Layer) -> int:
        """Of memory of its own."""
        return 0
