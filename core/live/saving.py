"""Signals of a live run as CSV: the values that came, and the raw samples of a meter beside them.

NAME.csv has a row for each value, ``time_s,quantity,value,unit,source``. A meter's samples go to
NAME-power.csv, in the form that `core.meters.samples_csv` writes and the meter ``replay`` plays; the clock is
the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import ThimbleError
from core.live.quantity import UNITS, Quantity
from core.live.run import LiveRun
from core.live.signal import Span
from core.meters.sums import Floats
from core.paths import cannot_write

#: Rows between two words about how far it is.
_ROWS = 20_000
COLUMNS = ("time_s", "quantity", "value", "unit", "source")


@dataclass(frozen=True, slots=True)
class Saving:
    """What the task ``save-live`` gets: `events` is an .npz with ``NAME_time_s`` and ``NAME`` of each
    quantity, `power_folder` a recording of which the samples ``[begin, end)`` are saved; its first sample is
    at `start_s`."""

    out: Path
    events: Path
    sources: dict[str, str]
    power_folder: Path | None = None
    begin: int = 0
    end: int = 0
    start_s: float = 0.0

    @property
    def power_out(self) -> Path:
        """Where the samples of the meter go."""
        return self.out.with_name(f"{self.out.stem}-power.csv")

    @property
    def power_is_there(self) -> bool:
        """Whether that would replace a file."""
        return self.power_folder is not None and self.power_out.exists()

    def to_json(self) -> dict[str, Any]:
        """For the parameters of the task."""
        return {
            "out": str(self.out),
            "events": str(self.events),
            "sources": self.sources,
            "power_folder": None if self.power_folder is None else str(self.power_folder),
            "begin": self.begin,
            "end": self.end,
            "start_s": self.start_s,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Saving:
        """The way back from `to_json`."""
        folder = value["power_folder"]
        return cls(
            Path(value["out"]),
            Path(value["events"]),
            dict(value["sources"]),
            Path(folder) if folder else None,
            int(value["begin"]),
            int(value["end"]),
            float(value["start_s"]),
        )


def prepare(run: LiveRun, span: Span, out: Path, events: Path) -> Saving:
    """Write the values of a span, which are few, to `events`; samples of a meter are named, not read.

    Raises ThimbleError ``nothing-to-save`` or ``cannot-write``.
    """
    power = run.power
    begin, end = (0, 0) if power is None else power.places(span)
    arrays: dict[str, Floats] = {}
    for quantity, signal in run.signals.items():
        if signal is not power:
            times, values = signal.samples(span)
            arrays |= {f"{quantity.value}_time_s": times, quantity.value: np.asarray(values, np.float64)}
    if begin >= end and not any(len(array) for array in arrays.values()):
        raise ThimbleError("nothing-to-save", "nothing was measured in this span", "choose a longer one")
    try:
        np.savez(events, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        raise cannot_write(events, error) from error
    sources = {quantity.value: run.sources[quantity].value for quantity in run.signals}
    if power is None or begin >= end:
        return Saving(out, events, sources)
    return Saving(out, events, sources, power.folder, begin, end, power.axis.start_s)


def rows_of(saving: Saving) -> Iterator[str]:
    """The rows of NAME.csv, one quantity after the other."""
    with np.load(saving.events, allow_pickle=False) as arrays:
        for quantity in Quantity:
            if quantity.value not in arrays:
                continue
            symbol, source = UNITS[quantity].symbol, saving.sources[quantity.value]
            pairs = zip(arrays[f"{quantity.value}_time_s"], arrays[quantity.value], strict=True)
            for time_s, value in pairs:
                yield f"{time_s:.9g},{quantity.value},{value:.9g},{symbol},{source}\n"


def count_rows(saving: Saving) -> int:
    """How many rows `rows_of` gives."""
    with np.load(saving.events, allow_pickle=False) as arrays:
        return sum(len(arrays[name]) for name in arrays.files if name.endswith("_time_s"))


def write_rows(saving: Saving, watch: Any) -> None:
    """NAME.csv, beside and renamed in. `watch` is called with the rows done and all, and may raise.

    Raises ThimbleError ``cannot-write``.
    """
    part = saving.out.with_name(f".{saving.out.name}.{os.getpid()}.part")
    total = count_rows(saving)
    try:
        with part.open("w", encoding="utf-8") as file:
            file.write(",".join(COLUMNS) + "\n")
            for done, row in enumerate(rows_of(saving)):
                if done % _ROWS == 0:
                    watch(done, total)
                file.write(row)
        os.replace(part, saving.out)
    except OSError as error:
        raise cannot_write(saving.out, error) from error
    finally:
        part.unlink(missing_ok=True)
