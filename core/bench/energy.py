"""The energy of an inference: measured by a meter, or estimated from a board's published power."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import Enum
from typing import Any

from codegen.targets.board import Board
from core.bench.source import Source


class Sync(Enum):
    """How a meter's samples are matched with the inferences."""

    MARKER = "marker"  # a pin of the board that is high during each
    CLOCK = "clock"  # this computer's clock: the mean over all of them and what lies between


@dataclass(frozen=True, slots=True)
class Energy:
    """Of one inference at the mean latency.

    `of` names the meter, or the board whose power profile it is. What only a meter knows is None otherwise:
    `sync`; of the power its standard deviation, least and largest; `energy_std_j`. Standard deviations are
    over the means and integrals of single `inferences` where there is a marker, that of the power over the
    samples where there is none. `left_out` counts inferences of which too many samples were lost, `lost` the
    samples. `supply_v` is the mean supply voltage, `idle_w` the power of the idle board, and `above_idle_j`
    the energy that exceeds it. `each_j` has the energy of each inference from the second on, where all were
    seen. `of_this_run` is False where the meter did not measure the inferences of this series (it plays a
    recording, or the board is emulated). `note` says why, and what the meter took for granted.
    """

    source: Source
    power_w: float
    energy_j: float
    of: str | None = None
    sync: Sync | None = None
    power_std_w: float | None = None
    power_min_w: float | None = None
    power_max_w: float | None = None
    energy_std_j: float | None = None
    inferences: int | None = None
    left_out: int | None = None
    lost: int | None = None
    supply_v: float | None = None
    idle_w: float | None = None
    above_idle_j: float | None = None
    above_idle_std_j: float | None = None
    each_j: tuple[float, ...] | None = None
    of_this_run: bool | None = None
    note: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The field `energy` of ``thimble bench --json``; what is not known is left out."""
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        told = {name: value for name, value in values.items() if value is not None and value != ""}
        return {name: value.value if isinstance(value, Enum) else value for name, value in told.items()}


def estimate_energy(board: Board, latency_s: float) -> Energy | None:
    """Latency × the board's published power; None where no power is known."""
    profile = board.power_profile
    if profile is None:
        return None
    return Energy(Source.ESTIMATED, profile.active_w, profile.active_w * latency_s, of=board.id)
