"""Which samples of an open meter are kept: a meter is opened long before anything is measured."""

from __future__ import annotations

from collections import deque
from pathlib import Path

from core.meters.base import MeterInfo, Samples
from core.meters.stream import SampleWriter

#: The file in the folder of the samples that asks to keep them.
ASKED = "keep"
#: So much of what came before is kept too.
BEFORE_S = 1.0


class Keeper:
    """Samples stay in memory, `BEFORE_S` of them at least, until the file is there; from then on they are
    written. What is played is kept from its beginning: it all belongs to the measurement.

    `came` counts all samples, `dropped` those before the first that is kept.
    """

    def __init__(self, writer: SampleWriter, info: MeterInfo, folder: Path, waits: bool) -> None:
        self.came = self.dropped = 0
        self._writer = writer
        self._asked = folder / ASKED
        self._waits = waits and info.live
        self._waiting: deque[Samples] = deque()
        self._room = round(BEFORE_S / info.period_s)

    def add(self, samples: Samples) -> None:
        """There may be none: it is looked whether they are wanted by now. Raises ThimbleError
        ``cannot-write``."""
        self.came += len(samples)
        if len(samples):
            self._waiting.append(samples)
        if self._waits and not self._asked.exists():
            self._make_room()
            return
        self._waits = False
        while self._waiting:
            self._writer.add(self._waiting.popleft())

    def _make_room(self) -> None:
        """Blocks are dropped whole, and none without which there would be too little."""
        while len(self._waiting) > 1 and self.came - self.dropped - len(self._waiting[0]) >= self._room:
            self.dropped += len(self._waiting.popleft())
