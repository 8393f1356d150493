"""What a schedule is."""

from __future__ import annotations

from typing import Protocol


class Schedule(Protocol):
    """Says how much is pruned after each step."""

    #: One line for people.
    about: str

    def amounts(self, initial: float, final: float, steps: int) -> tuple[float, ...]:
        """The sparsity after each step, from `initial` before the first to exactly `final` after the last."""
        ...
