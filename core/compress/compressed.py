"""What running a recipe gives, before its files are written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.compress.distillation import Teacher
from core.compress.qat.simulation import Simulation


@dataclass(frozen=True, slots=True, eq=False)
class Compressed:
    """The stripped float Keras model, and one entry for each epoch (the data of the partial ``epoch``).

    `teacher` is who taught it, for further training. `simulation` has the ranges of the activations where the
    model was trained with fake quantization, `tflite` the int8 file where another engine did that.
    """

    model: Any
    history: tuple[dict[str, Any], ...]
    teacher: Teacher | None = None
    simulation: Simulation | None = None
    tflite: bytes | None = None
