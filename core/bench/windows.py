"""Inferences in windows of time, as the MLPerf Tiny benchmark counts them.

Banbury et al., "MLPerf Tiny Benchmark" (NeurIPS 2021, Datasets and Benchmarks), and the rules of its runner:
inferences are repeated for at least 10 s, five times over, and the median of inferences per second is the
result; what warms up is not timed. Here a window is over when the times of its inferences add up to that:
what lies between them, the connection to the board, belongs to none. It works with whatever runs a model.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.errors import ThimbleError

DEFAULT_WINDOWS = 5
#: MLPerf Tiny's least on anything real.
WINDOW_S = 10.0
#: Times of an emulated board do not scatter: a longer window would tell nothing more, and take longer.
EMULATED_WINDOW_S = 0.1


@dataclass(frozen=True, slots=True)
class WindowPlan:
    """How many windows, and the least seconds of inference in each. Raises ThimbleError ``bad-windows``."""

    number: int = DEFAULT_WINDOWS
    window_s: float = WINDOW_S

    def __post_init__(self) -> None:
        if self.number < 1 or not 0 < self.window_s < float("inf"):
            raise ThimbleError(
                "bad-windows",
                f"{self.number} windows of {self.window_s} s cannot be measured",
                "ask for at least one window, longer than 0 s",
            )


def check_windows_alone(windows: int | None, metered: bool) -> None:
    """Raises ThimbleError ``windows-and-meter``."""
    if windows and metered:
        raise ThimbleError(
            "windows-and-meter",
            "a meter measures the inferences of a series, not those of windows",
            "leave out the windows or the meter, or do one after the other",
        )


@dataclass(frozen=True, slots=True)
class Window:
    """`inferences` that took `seconds` together."""

    inferences: int
    seconds: float

    @property
    def per_s(self) -> float:
        return self.inferences / self.seconds


@dataclass(frozen=True, slots=True)
class Windows:
    """The result; `warm_up` inferences came before, and are in no window."""

    plan: WindowPlan
    warm_up: int
    windows: tuple[Window, ...]

    @property
    def median_per_s(self) -> float:
        return statistics.median(window.per_s for window in self.windows)

    def to_json(self) -> dict[str, Any]:
        """The field `windows` of ``thimble bench --json``."""
        rates = [window.per_s for window in self.windows]
        return {
            "window_s": self.plan.window_s,
            "warm_up": self.warm_up,
            "median_per_s": self.median_per_s,
            "min_per_s": min(rates),
            "max_per_s": max(rates),
            "windows": [
                {"inferences": w.inferences, "seconds": w.seconds, "per_s": w.per_s} for w in self.windows
            ],
        }


@dataclass(frozen=True, slots=True)
class WindowProgress:
    """In window `number`, counted from 1, `inferences` have taken `seconds` so far."""

    number: int
    plan: WindowPlan
    seconds: float
    inferences: int

    @property
    def over(self) -> bool:
        """Whether this was the last inference of the window."""
        return self.seconds >= self.plan.window_s

    @property
    def done(self) -> float:
        """The fraction of all windows."""
        return (self.number - 1 + min(self.seconds / self.plan.window_s, 1.0)) / self.plan.number


OnWindow = Callable[[WindowProgress], None]


def run_windows(
    infer: Callable[[int], float], plan: WindowPlan, warm_up: int, on_progress: OnWindow | None = None
) -> Windows:
    """`infer` runs inference number n, from 0 on, and gives its seconds, more than 0.

    `warm_up` says how many ran before. `on_progress` is called after each inference; what it raises ends it.
    """
    windows, number = [], 0
    for place in range(1, plan.number + 1):
        seconds, inferences = 0.0, 0
        while seconds < plan.window_s:
            seconds += _positive(infer(number))
            number, inferences = number + 1, inferences + 1
            if on_progress is not None:
                on_progress(WindowProgress(place, plan, seconds, inferences))
        windows.append(Window(inferences, seconds))
    return Windows(plan, warm_up, tuple(windows))


def _positive(seconds: float) -> float:
    """Without any time a window would never end."""
    if seconds <= 0:
        raise ThimbleError(
            "no-time",
            f"an inference is said to have taken {seconds} s, so no window of time ends",
            "leave the windows out",
        )
    return seconds
