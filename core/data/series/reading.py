"""Recordings from a folder with one subfolder per class, or from one file with labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.samples import Watch
from core.data.series.recording import Recording
from core.data.series.table import LABEL, RECORDING, Rows, interval_of, read_table
from core.errors import ThimbleError

ENDING = ".csv"
#: How far the intervals of two recordings may differ.
_RATE_TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Recordings:
    """All recordings of a set; their labels index `class_names`."""

    recordings: tuple[Recording, ...]
    class_names: tuple[str, ...]
    channel_names: tuple[str, ...]


def class_folders(root: Path) -> dict[str, list[Path]]:
    """The CSV files in each subfolder that has some."""
    folders = sorted(p for p in root.iterdir() if p.is_dir() and not p.name.startswith("."))
    files = {
        folder.name: sorted(
            p for p in folder.iterdir() if p.suffix.lower() == ENDING and not p.name.startswith(".")
        )
        for folder in folders
    }
    return {name: group for name, group in files.items() if group}


def read_folder(root: Path, watch: Watch) -> Recordings:
    """One recording a file, of the class that its folder is named after. Raises ThimbleError ``bad-data``."""
    files = class_folders(root)
    empty = sorted(p.name for p in root.iterdir() if p.is_dir() and p.name[0] != "." and p.name not in files)
    if empty:
        raise ThimbleError(
            "bad-data", f"the class {empty[0]} in {root} has no CSV files", "fill the folder, or remove it"
        )
    recordings: list[Recording] = []
    channels: tuple[str, ...] = ()
    total = sum(len(group) for group in files.values())
    for label, paths in enumerate(files.values()):
        for path in paths:
            columns, rows = read_table(path, lambda done, whole: None)
            if len(rows) > 1 or columns.label is not None:
                raise ThimbleError(
                    "bad-data",
                    f"{path} has a column {RECORDING!r} or {LABEL!r}, and lies in the folder of a class",
                    "a file in such a folder is one recording; give a file with labels by its own path",
                )
            channels = channels or columns.channel_names
            _check_channels(path, columns.channel_names, channels)
            only = next(iter(rows.values()))
            labels = np.full(len(only.lines), label, np.int64)
            values = only.matrix(len(channels))
            recordings.append(Recording(str(path), values, labels, interval_of(path, only)))
            watch(len(recordings), total)
    return _checked(recordings, tuple(files), channels)


def read_file(path: Path, watch: Watch) -> Recordings:
    """Every recording in one file with the columns label and recording. Raises ThimbleError ``bad-data``."""
    columns, parts = read_table(path, watch)
    missing = [kind for kind, at in ((LABEL, columns.label), (RECORDING, columns.recording)) if at is None]
    if missing:
        raise ThimbleError(
            "bad-data",
            f"{path} has no column {' and no column '.join(map(repr, missing))}",
            f"{LABEL} names the class of a row, {RECORDING} the recording that it belongs to, so that no"
            " recording is used for both training and testing",
        )
    names = _sorted_names({label for rows in parts.values() for label in rows.labels})
    number = {name: place for place, name in enumerate(names)}
    recordings = [_recording(path, name, rows, number, len(columns.channels)) for name, rows in parts.items()]
    return _checked(recordings, names, columns.channel_names)


def _recording(path: Path, name: str, rows: Rows, number: dict[str, int], channels: int) -> Recording:
    labels = np.array([number[label] for label in rows.labels], np.int64)
    interval = interval_of(path, rows)
    return Recording(f"recording {name} in {path}", rows.matrix(channels), labels, interval)


def _sorted_names(names: set[str]) -> tuple[str, ...]:
    """Classes in alphabetical order; numbers in theirs."""
    if all(name.isdecimal() for name in names):
        return tuple(sorted(names, key=int))
    return tuple(sorted(names))


def _check_channels(path: Path, given: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    if given != wanted:
        raise ThimbleError(
            "bad-data",
            f"{path} has the channels {', '.join(given)}, the files before it {', '.join(wanted)}",
            "all recordings have the same channels in the same order",
        )


def _checked(
    recordings: list[Recording], class_names: tuple[str, ...], channels: tuple[str, ...]
) -> Recordings:
    timed = [r for r in recordings if r.interval_s is not None]
    for recording in timed:
        first, here = timed[0].interval_s or 0.0, recording.interval_s or 0.0
        if abs(here - first) > _RATE_TOLERANCE * first:
            raise ThimbleError(
                "bad-data",
                f"{recording.name} has a step of {here:g}, {timed[0].name} one of {first:g}",
                "resample all recordings to the same rate",
            )
    return Recordings(tuple(recordings), class_names, channels)
