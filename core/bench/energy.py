"""The energy of an inference: measured by a meter, or estimated from a board's published power."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen.targets.board import Board
from core.bench.source import Source


@dataclass(frozen=True, slots=True)
class Energy:
    """Of one inference at the mean latency.

    `of` names the meter, or the board whose power profile it is. What only a meter knows is None otherwise:
    the least and largest power seen, the standard deviation of the energy over `inferences` of them, the
    supply voltage, the power of the idle board, and whether that was subtracted.
    """

    source: Source
    power_w: float
    energy_j: float
    of: str | None = None
    power_min_w: float | None = None
    power_max_w: float | None = None
    energy_std_j: float | None = None
    inferences: int | None = None
    supply_v: float | None = None
    idle_w: float | None = None
    idle_subtracted: bool | None = None

    def to_json(self) -> dict[str, Any]:
        """The field `energy` of ``thimble bench --json``; what is not known is left out."""
        optional = {
            name: getattr(self, name)
            for name in (
                "of",
                "power_min_w",
                "power_max_w",
                "energy_std_j",
                "inferences",
                "supply_v",
                "idle_w",
                "idle_subtracted",
            )
        }
        return {
            "source": self.source.value,
            "power_w": self.power_w,
            "energy_j": self.energy_j,
            **{name: value for name, value in optional.items() if value is not None},
        }


def estimate_energy(board: Board, latency_s: float) -> Energy | None:
    """Latency × the board's published power; None where no power is known."""
    profile = board.power_profile
    if profile is None:
        return None
    return Energy(Source.ESTIMATED, profile.active_w, profile.active_w * latency_s, of=board.id)
