"""What is known about a model on its data before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: A model that is not this share of the way from guessing to perfect has probably not been trained.
_NEAR_CHANCE = 0.15


@dataclass(frozen=True, slots=True)
class Survey:
    """`accuracy` and `chance` in 0…1; `samples` is an .npz with a few images, or None."""

    accuracy: float
    chance: float
    classes: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    samples: Path | None

    @property
    def near_chance(self) -> bool:
        """Whether the model hardly does better than guessing."""
        return self.accuracy < self.chance + _NEAR_CHANCE * (1.0 - self.chance)


def survey_from_result(result: dict[str, Any]) -> Survey:
    """The result of the task `survey` as a value."""
    samples = result.get("samples")
    return Survey(
        accuracy=float(result["accuracy"]),
        chance=float(result["chance"]),
        classes=tuple(str(name) for name in result["classes"]),
        counts=tuple((str(part), int(n)) for part, n in dict(result.get("counts", {})).items()),
        samples=Path(samples) if samples else None,
    )
