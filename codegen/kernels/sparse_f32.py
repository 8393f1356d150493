"""What the float kernels on sparse and clustered weights share, whatever the operator."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from codegen.graph import Conv2D, Dense
from codegen.kernels.base import Field, Layer, pointer
from codegen.kernels.floats import clamp, float_refusal
from codegen.sparse import FORMATS

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
