"""One recording of sensors, row by row."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from core.data.samples import FloatArray, LabelArray


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """`values` ``[steps, channels]``; `labels` ``[steps]`` the class at each step; `interval_s` between two
    steps (in the unit of the file's times), None where the file tells no times."""

    name: str
    values: FloatArray
    labels: LabelArray
    interval_s: float | None

    def starts(self, steps: int, stride: int) -> list[int]:
        """Where windows of so many steps begin that lie in one class, one every `stride` steps."""
        edges = np.flatnonzero(np.diff(self.labels)) + 1
        bounds = [0, *edges.tolist(), len(self.labels)]
        pieces = itertools.pairwise(bounds)
        return [start for low, high in pieces for start in range(low, high - steps + 1, stride)]
