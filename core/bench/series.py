"""The times of repeated inferences, and their statistics."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError

#: The first inference warms up; statistics are over the others.
LEAST_RUNS = 2


def check_runs(runs: int) -> None:
    """Raises ThimbleError ``too-few-runs``; call it before anything is built."""
    if runs < LEAST_RUNS:
        raise ThimbleError(
            "too-few-runs",
            f"{runs} inferences are too few: the first one only warms up",
            f"ask for at least {LEAST_RUNS}",
        )


@dataclass(frozen=True, slots=True)
class Series:
    """Seconds of one inference after another, at least two.

    `first_s`, the first one, includes what came before it (start-up, loading the model). `mean_s`,
    `std_s` (of a sample, n − 1), `stderr_s`, `median_s`, `min_s` and `max_s` are over the others.
    Raises ThimbleError ``too-few-runs``.
    """

    times_s: tuple[float, ...]

    def __post_init__(self) -> None:
        check_runs(len(self.times_s))

    @property
    def runs(self) -> int:
        return len(self.times_s)

    @property
    def first_s(self) -> float:
        return self.times_s[0]

    @property
    def warm_s(self) -> tuple[float, ...]:
        """From the second inference on."""
        return self.times_s[1:]

    @property
    def mean_s(self) -> float:
        return statistics.fmean(self.warm_s)

    @property
    def std_s(self) -> float:
        """0 where there is one inference after the first."""
        return statistics.stdev(self.warm_s) if len(self.warm_s) > 1 else 0.0

    @property
    def stderr_s(self) -> float:
        return self.std_s / math.sqrt(len(self.warm_s))

    @property
    def median_s(self) -> float:
        return statistics.median(self.warm_s)

    @property
    def min_s(self) -> float:
        return min(self.warm_s)

    @property
    def max_s(self) -> float:
        return max(self.warm_s)

    def to_json(self) -> dict[str, Any]:
        """The statistics, in the names of ``thimble bench --json``."""
        names = ("runs", "first_s", "mean_s", "std_s", "stderr_s", "median_s", "min_s", "max_s")
        return {name: getattr(self, name) for name in names}
