"""What is known of one run of a sweep: one line of points.csv."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import Enum
from typing import Any, cast


class State(Enum):
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something was not done: a code for programs, words for people."""

    code: str
    what: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class OnBoard:
    """A network planned for a board. Sizes are predictions; `latency_s` and `energy_j` are estimates from
    cycles at the board's clock and its published power. All is None where it cannot be built (`reason`)."""

    board: str
    fits: bool = False
    flash_bytes: int | None = None
    flash_limit_bytes: int | None = None
    sram_bytes: int | None = None
    sram_limit_bytes: int | None = None
    weights_bytes: int | None = None
    latency_s: float | None = None
    energy_j: float | None = None
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """The place in the grid. `sparsity` is what was asked for (0 for the unpruned model), `kind` structured,
    element or none; `folder` is relative to that of the sweep."""

    series: str
    kind: str
    sparsity: float | None
    threshold: float | None
    criterion: str
    schedule: str
    quantize: str
    seed: int
    folder: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What came out. Accuracies are shares of the test samples: of the unpruned model, of the pruned one in
    floats (after training with fake quantization, where there was some), and of the deployed file.
    `remaining` is the share that is left of the unpruned model's weights and biases other than zero, before
    quantization; `nonzero` counts those of the deployed file."""

    accuracy_unpruned: float
    accuracy_float: float
    accuracy: float
    loss: float
    loss_float: float
    macro_precision: float
    parameters_before: int
    parameters: int
    remaining: float
    nonzero: int
    unique: int
    macs_before: int
    macs: int
    size_bytes: Mapping[str, int]

    @property
    def relative_accuracy(self) -> float:
        """Against the unpruned model in floats; 0 where that gets nothing right."""
        return self.accuracy / self.accuracy_unpruned if self.accuracy_unpruned else 0.0

    @property
    def relative_accuracy_float(self) -> float:
        return self.accuracy_float / self.accuracy_unpruned if self.accuracy_unpruned else 0.0

    @property
    def lost_by_quantization(self) -> float:
        """What quantization alone cost: against the same weights in floats."""
        return self.accuracy_float - self.accuracy


@dataclass(frozen=True, slots=True)
class Point:
    """One run: its place, and either its figures or the reason why there are none."""

    where: Where
    state: State
    figures: Figures | None = None
    boards: tuple[OnBoard, ...] = ()
    reason: Reason | None = field(default=None)

    def to_json(self) -> dict[str, Any]:
        """As JSON holds it, with `relative_accuracy` and `lost_by_quantization` beside the figures."""
        raw = {**asdict(self), "state": self.state.value}
        if self.figures is not None:
            raw["figures"] = {
                **asdict(self.figures),
                "size_bytes": dict(self.figures.size_bytes),
                "relative_accuracy": self.figures.relative_accuracy,
                "lost_by_quantization": self.figures.lost_by_quantization,
            }
        raw["boards"] = [asdict(board) for board in self.boards]
        return raw


def point_from_json(raw: Mapping[str, Any]) -> Point:
    """What `Point.to_json` gave. Raises KeyError or TypeError for anything else."""
    figures = raw["figures"]
    derived = ("relative_accuracy", "lost_by_quantization")
    return Point(
        Where(**raw["where"]),
        State(raw["state"]),
        None if figures is None else Figures(**{k: v for k, v in figures.items() if k not in derived}),
        tuple(_board(board) for board in raw["boards"]),
        _reason(raw["reason"]),
    )


def _board(raw: Mapping[str, Any]) -> OnBoard:
    return OnBoard(**{**raw, "reason": _reason(raw["reason"])})


def _reason(raw: Any) -> Reason | None:
    return None if raw is None else Reason(**cast("dict[str, str]", raw))
