"""What running a recipe gives, before its files are written."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from core.compress.constraints import Constraint, Unconstrained
from core.compress.distillation import Teacher
from core.compress.qat.simulation import Simulation


@dataclass(frozen=True, slots=True, eq=False)
class Compressed:
    """The stripped float Keras model, and one entry for each epoch (the data of the partial ``epoch``).

    `sparsity` is the fraction of the prunable parameters of the original that is gone or zero; `constraint`
    must hold in further training, in which `teacher` is asked. `simulation` has the ranges of the activations
    where the model was trained with fake quantization.
    """

    model: Any
    history: tuple[dict[str, Any], ...]
    sparsity: float = 0.0
    constraint: Constraint = field(default_factory=Unconstrained)
    teacher: Teacher | None = None
    simulation: Simulation | None = None
