"""The file that samples stream into: one process writes, others read it while it grows.

A folder holds `meter.json` (the `MeterInfo`) and `samples.raw`, SAMPLE records one after another. A reader
sees whole records alone, and needs neither a lock nor a word from the writer: `count` is the size of the
file. What a page draws is asked for by places, so a long recording is never in memory as a whole.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError
from core.meters.base import SAMPLE, MeterInfo, Samples
from core.paths import cannot_write, write_atomically

_INFO = "meter.json"
_SAMPLES = "samples.raw"
#: Samples that are looked at in one go, 16 MB.
BLOCK = 1_000_000


class SampleWriter:
    """Appends samples: ``with SampleWriter(folder, info) as writer: writer.add(samples)``.

    Writing raises ThimbleError ``cannot-write``. `count` and `lost` are samples so far.
    """

    def __init__(self, folder: Path, info: MeterInfo) -> None:
        self.count = 0
        self.lost = 0
        self._path = folder / _SAMPLES
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("wb", buffering=0)
        except OSError as error:
            raise cannot_write(folder, error) from error
        write_atomically(folder / _INFO, json.dumps(dataclasses.asdict(info)))

    def __enter__(self) -> SampleWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, samples: Samples) -> None:
        """Append them; a sample whose power is NaN counts as lost."""
        data = memoryview(np.ascontiguousarray(samples).tobytes())
        try:
            while data:  # an unbuffered file may take less than it is given
                data = data[self._file.write(data) :]
        except OSError as error:
            raise cannot_write(self._path, error) from error
        self.count += len(samples)
        self.lost += int(np.isnan(samples["power_w"]).sum())


@dataclass(frozen=True, slots=True)
class WindowStatistics:
    """Of the raw samples of a window; power in watts. `energy_j` is the integral over the window's time, in
    which lost samples count with the mean of the others. NaN everywhere when none is there."""

    samples: int
    lost: int
    duration_s: float
    mean_w: float
    min_w: float
    max_w: float
    std_w: float
    energy_j: float


@dataclass(frozen=True, slots=True, eq=False)
class Envelope:
    """What a screen can show of a window: least, mean and largest power of each of its pieces, ``[pieces]``;
    `time_s` is the middle of each, counted from the start of the recording. NaN where all samples of a piece
    are lost."""

    time_s: npt.NDArray[np.float64]
    min_w: npt.NDArray[np.float32]
    mean_w: npt.NDArray[np.float32]
    max_w: npt.NDArray[np.float32]


class SampleReader:
    """Reads a recording, finished or growing. Places count samples from 0; windows are ``[begin, end)`` and
    cut to what is there. Opening raises ThimbleError ``no-samples``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _SAMPLES
        try:
            fields = json.loads((folder / _INFO).read_text(encoding="utf-8"))
            self.info = MeterInfo(**fields)
        except (OSError, ValueError, TypeError) as error:
            raise ThimbleError(
                "no-samples", f"there is no recording in {folder}", "measure with a meter again"
            ) from error

    @property
    def count(self) -> int:
        """Samples so far."""
        try:
            return self._path.stat().st_size // SAMPLE.itemsize
        except FileNotFoundError:
            return 0

    def read(self, begin: int = 0, end: int | None = None) -> Samples:
        """The samples of a window, in memory."""
        begin, end = self._cut(begin, end)
        if end <= begin:
            return np.zeros(0, SAMPLE)
        return np.fromfile(self._path, SAMPLE, count=end - begin, offset=begin * SAMPLE.itemsize)

    def power(self, begin: int, end: int) -> npt.NDArray[np.float32]:
        """The power of a window alone: read where the file lies in the system's memory."""
        begin, end = self._cut(begin, end)
        if end <= begin:
            return np.zeros(0, np.float32)
        mapped = np.memmap(self._path, SAMPLE, "r", begin * SAMPLE.itemsize, (end - begin,))
        return np.ascontiguousarray(mapped["power_w"])

    def blocks(self, begin: int = 0, end: int | None = None) -> Iterator[Samples]:
        """The samples of a window in pieces of at most BLOCK."""
        begin, end = self._cut(begin, end)
        for place in range(begin, end, BLOCK):
            yield self.read(place, min(place + BLOCK, end))

    def statistics(self, begin: int = 0, end: int | None = None) -> WindowStatistics:
        """Of the raw samples of a window, in one pass (pieces are joined as Chan, Golub and LeVeque do,
        1979)."""
        samples = found = 0
        mean_w, squares, low_w, high_w = 0.0, 0.0, math.inf, -math.inf
        begin, end = self._cut(begin, end)
        for place in range(begin, end, BLOCK):
            power_w = self.power(place, min(place + BLOCK, end)).astype(np.float64)
            samples += len(power_w)
            power_w = power_w[~np.isnan(power_w)]
            if not len(power_w):
                continue
            of_block = float(power_w.mean())
            step, joined = of_block - mean_w, found + len(power_w)
            squares += float(((power_w - of_block) ** 2).sum()) + step**2 * found * len(power_w) / joined
            mean_w += step * len(power_w) / joined
            found = joined
            low_w, high_w = min(low_w, float(power_w.min())), max(high_w, float(power_w.max()))
        duration_s = samples * self.info.period_s
        if not found:
            return WindowStatistics(samples, samples, duration_s, *[math.nan] * 5)
        std_w = math.sqrt(squares / found)
        return WindowStatistics(
            samples, samples - found, duration_s, mean_w, low_w, high_w, std_w, mean_w * duration_s
        )

    def envelope(self, begin: int, end: int | None, pieces: int) -> Envelope:
        """A window in at most `pieces` pieces of equal length, the last one perhaps shorter."""
        begin, end = self._cut(begin, end)
        length = max(-(-(end - begin) // max(pieces, 1)), 1)
        step = max(BLOCK // length, 1) * length
        rows = [extents(self.power(at, min(at + step, end)), length) for at in range(begin, end, step)]
        table = np.concatenate(rows, axis=1) if rows else np.zeros((3, 0), np.float32)
        starts = np.arange(begin, end, length)
        middles = (starts + np.minimum(starts + length, end)) / 2 * self.info.period_s
        return Envelope(middles, *table)

    def _cut(self, begin: int, end: int | None) -> tuple[int, int]:
        count = self.count
        return min(max(begin, 0), count), count if end is None else min(max(end, 0), count)


def extents(power_w: npt.NDArray[np.float32], length: int) -> npt.NDArray[np.float32]:
    """Least, mean and largest power of every `length` samples: ``[3, pieces]``; NaN where all are lost."""
    power_w = np.ascontiguousarray(power_w)
    whole = len(power_w) // length * length
    parts = [_extents_of(power_w[:whole].reshape(-1, length)), _extents_of(power_w[None, whole:])]
    return np.concatenate([part for part in parts if part is not None], axis=1)


def _extents_of(pieces: npt.NDArray[np.float32]) -> npt.NDArray[np.float32] | None:
    """Of every row of ``[pieces, samples]``; None where there is nothing."""
    if not pieces.size:
        return None
    if not np.isnan(pieces.sum()):  # the usual case, in a fraction of the time
        return np.array([pieces.min(1), pieces.mean(1), pieces.max(1)], np.float32)
    known = ~np.isnan(pieces)
    counts = known.sum(1)
    sums = np.where(known, pieces, 0.0).sum(1, dtype=np.float64)
    means = np.divide(sums, counts, out=np.full(len(pieces), np.nan), where=counts > 0)
    return np.array([np.fmin.reduce(pieces, 1), means, np.fmax.reduce(pieces, 1)], np.float32)
