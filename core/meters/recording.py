"""What a meter recorded, as the integration needs it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.meters.base import MeterInfo, Samples


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """Evenly spaced samples: `power_w` is float32 ``[samples]``, NaN where a sample was lost; `marker` is
    bool ``[samples]``, None where the meter has no input for it. `started_s` is the time of the first sample
    on `time.perf_counter`, None when the samples have no place on this computer's clock. `supply_v` is the
    mean voltage, NaN where the meter does not tell."""

    meter: MeterInfo
    power_w: npt.NDArray[np.float32]
    marker: npt.NDArray[np.bool_] | None
    started_s: float | None
    supply_v: float

    @property
    def period_s(self) -> float:
        return self.meter.period_s

    @property
    def lost(self) -> int:
        """Samples that were lost."""
        return int(np.isnan(self.power_w).sum())

    @property
    def duration_s(self) -> float:
        return len(self.power_w) * self.period_s

    def since(self, time_s: float) -> Recording:
        """What was recorded from a time of `time.perf_counter` on; everything where there is no clock."""
        return self.between(time_s, np.inf)

    def unmarked(self) -> Recording:
        """The same without the marker, where what is measured raises none."""
        return dataclasses.replace(self, marker=None)

    def between(self, begin_s: float, end_s: float) -> Recording:
        """What was recorded between two times of `time.perf_counter`; everything where there is no clock."""
        if self.started_s is None:
            return self
        begin, end = self.place(begin_s), self.place(end_s)
        return Recording(
            self.meter,
            self.power_w[begin:end],
            None if self.marker is None else self.marker[begin:end],
            self.started_s + begin * self.period_s,
            self.supply_v,
        )

    def place(self, time_s: float) -> int:
        """The sample at a time of `time.perf_counter`, cut to those that there are."""
        if self.started_s is None or np.isinf(time_s):
            return len(self.power_w)
        return int(np.clip(round((time_s - self.started_s) / self.period_s), 0, len(self.power_w)))


def held(high: npt.NDArray[np.bool_], lost: npt.NDArray[np.bool_], last: bool) -> npt.NDArray[np.bool_]:
    """The marker, which stays as it was while samples are lost: a gap must not make two inferences of one.
    `last` is how it was before."""
    known = np.where(lost, -1, np.arange(len(high)))
    place = np.maximum.accumulate(known) if len(known) else known
    return np.where(place < 0, last, high[np.maximum(place, 0)])


def recording_of(info: MeterInfo, blocks: Iterable[Samples], started_s: float | None) -> Recording:
    """The recording in blocks of SAMPLE records; without current and voltage, for it may be long."""
    powers_w, markers, volts, known = [np.zeros(0, np.float32)], [np.zeros(0, bool)], 0.0, 0
    last = False
    for block in blocks:
        powers_w.append(block["power_w"].copy())
        high = (block["inputs"] >> np.uint32(info.marker_input or 0) & 1).astype(bool)
        markers.append(held(high, np.isnan(block["power_w"]), last))
        last = bool(markers[-1][-1]) if len(markers[-1]) else last
        voltage_v = block["voltage_v"][~np.isnan(block["voltage_v"])]
        volts += float(voltage_v.sum(dtype=np.float64))
        known += len(voltage_v)
    return Recording(
        info,
        np.concatenate(powers_w),
        None if info.marker_input is None else np.concatenate(markers),
        started_s if info.live else None,
        volts / known if known else math.nan,
    )
