"""Equal steps with fine-tuning after each."""

from __future__ import annotations


class Iterative:
    about = "in equal steps"

    def amounts(self, initial: float, final: float, steps: int) -> tuple[float, ...]:
        inner = (initial + (final - initial) * step / steps for step in range(1, steps))
        return (*inner, final)
