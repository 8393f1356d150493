"""What a converter gives, and the pieces that converters are written with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from codegen.graph import DType, Op, Tensor
from core.errors import ThimbleError
from core.models.keras_config import KerasLayer
from core.models.keras_file import FloatArray


@dataclass(frozen=True, slots=True)
class Converted:
    """What a layer becomes. `output` names the tensor that the next layers read."""

    ops: tuple[Op, ...]
    tensors: tuple[Tensor, ...]
    output: str


#: A layer, the tensors that it reads and its weights (Keras' layouts and order).
Converter = Callable[[KerasLayer, Sequence[Tensor], list[FloatArray]], Converted]


def refuse(layer: KerasLayer, what: str, instead: str) -> ThimbleError:
    """The error for a layer whose class is known but not in this form."""
    return ThimbleError(
        "unsupported-operator",
        f"layer {layer.name!r} ({layer.class_name}) {what}, which is not there yet",
        instead,
    )


def float_tensor(name: str, shape: tuple[int, ...]) -> Tensor:
    return Tensor(name, shape, DType.FLOAT32)


def constant(name: str, data: FloatArray) -> Tensor:
    return Tensor(name, tuple(data.shape), DType.FLOAT32, data=np.ascontiguousarray(data, np.float32))


def alone(layer: KerasLayer, op: Op, shape: tuple[int, ...], *constants: Tensor) -> Converted:
    """A layer that is one operator, which writes the tensor of the layer's name."""
    return Converted((op,), (*constants, float_tensor(layer.name, shape)), layer.name)


def pair(value: Any) -> tuple[int, int]:
    """A size for both directions, or one for each."""
    if isinstance(value, int):
        return value, value
    first, second = value
    return int(first), int(second)


def require_channels_last(layer: KerasLayer) -> None:
    if layer.config.get("data_format", "channels_last") not in ("channels_last", None):
        raise refuse(layer, "puts the channels first", "build the model with data_format='channels_last'")
