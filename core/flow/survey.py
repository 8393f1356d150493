"""What is known about a model on its data before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Survey:
    """`accuracy` and `chance` in 0…1; `near_chance` when the model hardly does better than guessing.

    `spare_outputs` are those of the model that the data have no class for. `counts` are (part, samples);
    `samples` is an .npz with a few images, or None. `input_range` says in words how the data are scaled;
    unless `range_known`, nothing tells whether that is what the model wants.
    """

    accuracy: float
    chance: float
    near_chance: bool
    classes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    samples: Path | None
    input_range: str = ""
    range_known: bool = True
    spare_outputs: int = 0


def survey_from_result(result: dict[str, Any]) -> Survey:
    """The result of the task `survey` as a value."""
    samples = result.get("samples")
    return Survey(
        accuracy=float(result["accuracy"]),
        chance=float(result["chance"]),
        near_chance=bool(result["near_chance"]),
        classes=tuple(str(name) for name in result["classes"]),
        counts=tuple((str(part), int(n)) for part, n in dict(result.get("counts", {})).items()),
        samples=Path(samples) if samples else None,
        input_range=str(result.get("input_range") or ""),
        range_known=bool(result.get("range_known", True)),
        spare_outputs=int(result.get("spare_outputs", 0)),
    )
