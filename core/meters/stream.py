"""The file that samples stream into: one process writes, others read it while it grows.

A folder holds `meter.json` (the `MeterInfo`) and `samples.raw`, SAMPLE records one after another. A reader
sees whole records alone, and needs neither a lock nor a word from the writer: `count` is the size of the
file. What is needed is asked for by places, so a long recording is never in memory as a whole.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np

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

    def blocks(self, begin: int = 0, end: int | None = None) -> Iterator[Samples]:
        """The samples of a window in pieces of at most BLOCK."""
        begin, end = self._cut(begin, end)
        for place in range(begin, end, BLOCK):
            yield self.read(place, min(place + BLOCK, end))

    def _cut(self, begin: int, end: int | None) -> tuple[int, int]:
        count = self.count
        return min(max(begin, 0), count), count if end is None else min(max(end, 0), count)
