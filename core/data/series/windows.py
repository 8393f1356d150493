"""Windows of recordings as samples, and their split into training and testing by recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.raw import RawPart
from core.data.samples import FloatArray, places_of
from core.data.series.reading import Recordings
from core.data.series.recording import Recording
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True, eq=False)
class Windows:
    """Windows of `steps` rows, cut out when they are asked for: they overlap, so all at once are many times
    the recordings. `recording` and `start` ``[count]`` say where each begins."""

    recordings: Sequence[Recording]
    recording: npt.NDArray[np.int64]
    start: npt.NDArray[np.int64]
    steps: int

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.start), self.steps, self.recordings[0].values.shape[1])

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, places: Any, /) -> FloatArray:
        chosen = places_of(places, len(self))
        cut = np.empty((len(chosen), *self.shape[1:]), np.float32)
        for row, place in enumerate(chosen):
            start = int(self.start[place])
            cut[row] = self.recordings[int(self.recording[place])].values[start : start + self.steps]
        return cut


def split_windows(
    name: str, series: Recordings, steps: int, stride: int, test: float, seed: int
) -> tuple[RawPart, RawPart]:
    """Windows for training and for testing; all windows of a recording are on the same side.

    Recordings are taken for testing in an order that the seed decides, until each class has its share `test`
    of its windows. Raises ThimbleError ``bad-data``.
    """
    starts = [recording.starts(steps, stride) for recording in series.recordings]
    counts = np.zeros((len(starts), len(series.class_names)), np.int64)  # windows by recording and class
    for place, (recording, begins) in enumerate(zip(series.recordings, starts, strict=True)):
        if len(recording.values) < steps:
            raise ThimbleError(
                "bad-data",
                f"{recording.name} has {len(recording.values)} steps, the model reads {steps}",
                "remove the recording, or take a model that reads fewer steps",
            )
        np.add.at(counts[place], recording.labels[begins], 1)
    _check_classes(name, series, counts, steps)
    chosen = _recordings_for_testing(counts, test, seed)
    parts = [_part(series, starts, np.flatnonzero(chosen == is_test), steps) for is_test in (False, True)]
    return parts[0], parts[1]


def _check_classes(name: str, series: Recordings, counts: npt.NDArray[np.int64], steps: int) -> None:
    for label, class_name in enumerate(series.class_names):
        having = int((counts[:, label] > 0).sum())
        if having < 2:
            raise ThimbleError(
                "bad-data",
                f"{having} recordings in {name} have the class {class_name} for {steps} steps in a row",
                "every class needs two recordings or more, one of them for testing",
            )


def _recordings_for_testing(counts: npt.NDArray[np.int64], test: float, seed: int) -> npt.NDArray[np.bool_]:
    """Which recordings are for testing; each class keeps some windows on both sides where that can be."""
    wanted = np.maximum(counts.sum(axis=0) * test, 1)
    chosen = np.zeros(len(counts), np.bool_)
    for place in np.random.default_rng(seed).permutation(len(counts)):
        here = counts[place] > 0
        lacking = counts[chosen].sum(axis=0) < wanted
        left = counts[~chosen].sum(axis=0) - counts[place]
        if np.any(here & lacking) and np.all(left[here] > 0):
            chosen[place] = True
    return chosen


def _part(series: Recordings, starts: list[list[int]], chosen: npt.NDArray[np.int64], steps: int) -> RawPart:
    recording = np.repeat(chosen, [len(starts[n]) for n in chosen])
    start = np.array([begin for n in chosen for begin in starts[n]], np.int64)
    labels = np.array([series.recordings[n].labels[begin] for n in chosen for begin in starts[n]], np.int64)
    return RawPart(Windows(series.recordings, recording, start, steps), labels)
