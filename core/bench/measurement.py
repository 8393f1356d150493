"""The result of measuring a model somewhere."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.bench.energy import Energy
from core.bench.facts import NO_FACTS, Facts
from core.bench.profile import Profile
from core.bench.series import Series
from core.bench.source import Source
from core.bench.windows import Windows
from core.boards.agreement import Rule
from core.boards.counts import NO_COUNTS, RunCounts


class Timed(Enum):
    """What one time of a series holds."""

    INFERENCE = "inference"
    DISK_TO_CLASS = "disk-to-class"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A series of inferences of one model in one place.

    `engine` is what ran them (``thimble-c`` is the generated C). `timing` says whether the times come from a
    clock or from counted cycles. `agreement` is the rule by which the outputs are `verified`. `partial`: the
    series ended before all inferences that were asked for. `startup_s` is what of the first time is the
    start-up of the board, which counted cycles leave out; None where it is not told apart.
    `windows` and `profile` are there on request.
    """

    board: str
    engine: str
    series: Series
    timing: Source
    energy: Energy | None
    verified: bool
    agreement: Rule
    timed: Timed = Timed.INFERENCE
    counts: RunCounts = NO_COUNTS
    facts: Facts = NO_FACTS
    partial: bool = False
    windows: Windows | None = None
    profile: Profile | None = None
    startup_s: float | None = None

    def to_json(self) -> dict[str, Any]:
        """The fields of ``thimble bench --json``."""
        return {
            "board": self.board,
            "engine": self.engine,
            **self.series.to_json(),
            "timing": self.timing.value,
            "timed": self.timed.value,
            **({} if self.startup_s is None else {"startup_s": self.startup_s}),
            "times_s": list(self.series.times_s),
            "energy": self.energy and self.energy.to_json(),
            "verified": self.verified,
            "agreement": self.agreement.value,
            "partial": self.partial,
            "facts": self.facts.to_json(),
            **self.counts.to_json(),
            **({} if self.windows is None else {"windows": self.windows.to_json()}),
            **({} if self.profile is None else self.profile.to_json()),
        }
