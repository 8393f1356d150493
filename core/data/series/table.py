"""CSV files of numbers, read with errors that name the line and the column."""

from __future__ import annotations

import csv
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from core.data.samples import FloatArray
from core.errors import ThimbleError

TIME, LABEL, RECORDING = "time", "label", "recording"
_SEPARATORS = ",;\t"
#: How far, relative to the usual one, an interval between two times may be off.
_UNEVEN = 0.5
_TOLD_EVERY_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Where what stands in a row: indices, None for columns that are not there. The others are channels."""

    names: tuple[str, ...]
    channels: tuple[int, ...]
    time: int | None
    label: int | None
    recording: int | None

    @property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(self.names[n] for n in self.channels)


@dataclass(slots=True)
class Rows:
    """The rows of one recording as they are read."""

    values: array[float] = field(default_factory=lambda: array("f"))
    times: array[float] = field(default_factory=lambda: array("d"))
    labels: list[str] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("q"))

    def matrix(self, channels: int) -> FloatArray:
        return np.frombuffer(self.values, np.float32).reshape(-1, channels)


def read_table(path: Path, watch: Callable[[int, int], None]) -> tuple[Columns, dict[str, Rows]]:
    """The rows of each recording in a file, by its name; all under "" where there is no such column.

    `watch` gets the bytes read and in all. Raises ThimbleError ``bad-data``.
    """
    total = path.stat().st_size
    try:
        with path.open("rb") as raw:
            lines = (line.decode("utf-8-sig" if n == 0 else "utf-8") for n, line in enumerate(raw))
            first = next(lines, "")
            separator = max(_SEPARATORS, key=first.count)
            header = next(csv.reader([first], delimiter=separator), [])
            columns = _columns(path, header)
            reader = csv.reader(lines, delimiter=separator)
            recordings: dict[str, Rows] = {}
            for count, (line, row) in enumerate(_filled(reader)):
                _check_width(path, columns, line, row)
                name = "" if columns.recording is None else row[columns.recording].strip()
                _add(path, columns, recordings.setdefault(name, Rows()), line, row)
                if count % _TOLD_EVERY_ROWS == 0:
                    watch(raw.tell(), total)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ThimbleError(
            "bad-data", f"{path} is not a CSV file that can be read ({error})", "save it as CSV in UTF-8"
        ) from error
    if not recordings:
        raise ThimbleError("bad-data", f"{path} has no rows", "remove it, or record again")
    return columns, recordings


def _filled(reader: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not empty, with their lines in the file (the header is line 1)."""
    for row in reader:
        if any(cell.strip() for cell in row):
            yield reader.line_num + 1, row


def _check_width(path: Path, columns: Columns, line: int, row: Sequence[str]) -> None:
    if len(row) != len(columns.names):
        raise ThimbleError(
            "bad-data",
            f"line {line} of {path} has {len(row)} columns, the first line {len(columns.names)}",
            "every line has the columns that the first one names",
        )


def _columns(path: Path, header: Sequence[str]) -> Columns:
    names = tuple(name.strip() for name in header)
    small = [name.lower() for name in names]
    special = {kind: small.index(kind) if kind in small else None for kind in (TIME, LABEL, RECORDING)}
    channels = tuple(n for n in range(len(names)) if n not in special.values())
    if any(_is_number(name) for name in names):
        problem = f"{path} begins with numbers"
    elif not channels:
        problem = f"{path} has no channels"
    elif len(set(small)) != len(small):
        problem = f"{path} has two columns of the same name"
    else:
        return Columns(names, channels, special[TIME], special[LABEL], special[RECORDING])
    hint = f"the first line names the columns: {TIME}, one for each channel, {LABEL}, {RECORDING}"
    raise ThimbleError("bad-data", problem, hint)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _add(path: Path, columns: Columns, rows: Rows, line: int, row: Sequence[str]) -> None:
    rows.values.extend([_number(path, columns, line, row, n) for n in columns.channels])
    rows.lines.append(line)
    if columns.time is not None:
        rows.times.append(_time(path, line, row[columns.time]))
    if columns.label is not None:
        label = row[columns.label].strip()
        if not label:
            raise ThimbleError("bad-data", f"line {line} of {path} has no label", "give it one, or remove it")
        rows.labels.append(label)


def _number(path: Path, columns: Columns, line: int, row: Sequence[str], index: int) -> float:
    text = row[index]
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number):
        return number
    where = f"line {line} of {path}, column {columns.names[index]!r}"
    if not text.strip() or text.strip().lower() in ("nan", "na", "null", "none"):
        raise ThimbleError("bad-data", f"{where}: a value is missing", "fill it in, or remove the recording")
    raise ThimbleError(
        "bad-data",
        f"{where}: {text!r} is not a number",
        "write a decimal point; remove columns of text",
    )


def _time(path: Path, line: int, text: str) -> float:
    """Seconds, or whatever unit the file has; of a date and time, seconds."""
    try:
        number = float(text) if _is_number(text) else datetime.fromisoformat(text.strip()).timestamp()
    except (ValueError, OverflowError):
        number = math.nan
    if math.isfinite(number):
        return number
    raise ThimbleError(
        "bad-data", f"line {line} of {path}: {text!r} is not a time", "times are numbers, or ISO dates"
    )


def interval_of(path: Path, rows: Rows) -> float | None:
    """The time between two rows; None without times. Raises ThimbleError ``bad-data`` when it varies."""
    if len(rows.times) < 2:
        return None
    steps = np.diff(np.frombuffer(rows.times, np.float64))
    usual = float(np.median(steps))
    off = np.flatnonzero(np.abs(steps - usual) > _UNEVEN * abs(usual)) if usual > 0 else np.array([0])
    if len(off):
        place = int(off[0])
        raise ThimbleError(
            "bad-data",
            f"{path} is not sampled evenly: before line {rows.lines[place + 1]} there are {steps[place]:g},"
            f" usually {usual:g}",
            "resample it to even steps, or cut it into recordings where there are gaps",
        )
    return usual
