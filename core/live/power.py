"""The power that a meter records, as a signal: read from the file that its process writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.live.quantity import UNITS, Quantity
from core.live.signal import EvenAxis, Signal
from core.meters.stream import SampleReader

#: Samples taken in one go: a window must not stand still meanwhile.
_MOST_AT_ONCE = 250_000


class _Recorded:
    def __init__(self, reader: SampleReader) -> None:
        self._reader = reader

    def read(self, begin: int, end: int) -> npt.NDArray[np.floating]:
        """Samples whose file has gone meanwhile are lost."""
        power_w = self._reader.read(begin, end)["power_w"]
        return np.pad(power_w, (0, end - begin - len(power_w)), constant_values=np.nan)


class PowerSignal(Signal):
    """Follows the recording in `folder`, which may still grow.

    Where its first sample is on this computer's clock is told best by the block that was delayed least; a
    recording of another day that is played has no such place, and begins when it was first heard of.
    Raises ThimbleError ``no-samples``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reader = SampleReader(folder)
        self.meter = self.reader.info
        self.axis = EvenAxis(np.inf, self.meter.period_s)
        super().__init__(self.axis, _Recorded(self.reader), UNITS[Quantity.POWER].total, self.meter.period_s)

    def heard(self, samples: int, at_s: float) -> None:
        """So many samples were there at a time."""
        if self.meter.live or not np.isfinite(self.axis.start_s):
            self.axis.start_s = min(self.axis.start_s, at_s - samples * self.meter.period_s)

    def follow(self) -> bool:
        """Take what has come; whether there was something."""
        end = min(self.reader.count, self.count + _MOST_AT_ONCE)
        if end <= self.count:
            return False
        self.took(self.reader.read(self.count, end)["power_w"])
        return True
