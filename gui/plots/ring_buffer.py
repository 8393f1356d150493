"""The newest samples of a stream: written by the host's thread, polled by the plot at display rate."""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


class RingBuffer:
    """Keeps the last `capacity` rows of `columns` numbers. Safe between threads; never blocks for long."""

    def __init__(self, capacity: int, columns: int) -> None:
        if capacity < 1 or columns < 1:
            raise ValueError("a ring buffer needs room")
        self._rows = np.empty((capacity, columns))
        self._written = 0
        self._lock = threading.Lock()

    @property
    def written(self) -> int:
        """Rows pushed since the last clear, the overwritten ones included."""
        return self._written

    @property
    def dropped(self) -> int:
        """Rows that were overwritten."""
        return max(0, self._written - len(self._rows))

    def push(self, *row: float) -> None:
        with self._lock:
            self._rows[self._written % len(self._rows)] = row
            self._written += 1

    def clear(self) -> None:
        with self._lock:
            self._written = 0

    def snapshot(self) -> FloatArray:
        """A copy of the rows, oldest first: ``[rows, columns]``."""
        with self._lock:
            if self._written <= len(self._rows):
                return self._rows[: self._written].copy()
            return np.roll(self._rows, -(self._written % len(self._rows)), axis=0)
