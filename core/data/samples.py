"""Samples that are in memory, or are read when they are asked for: both are indexed in the same way."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import psutil

from core.errors import ThimbleError

FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int64]
#: Numbers of samples, in any order, again and again if wanted.
Places = npt.NDArray[np.int64]

#: Called with the samples done and in all while data are read; may raise CancelledByUser.
Watch = Callable[[int, int], None]

#: Megabytes of samples that are kept in memory; what is larger is read as it is needed.
BUDGET_VARIABLE = "THIMBLE_DATA_MEMORY"
_DEFAULT_BUDGET_BYTES = 1_000_000_000
#: How many bytes are read, checked and scaled at a time.
_CHUNK_BYTES = 16_000_000


class Samples(Protocol):
    """Rows of equal shape. A NumPy array is one; others read their rows when these are asked for.

    `samples[places]` is a NumPy array ``[len(places), …]`` for an array of numbers from 0, and
    ``samples[a:b]`` for a slice; both may raise ThimbleError ``bad-data`` where reading fails.
    """

    @property
    def shape(self) -> tuple[int, ...]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, places: Any, /) -> npt.NDArray[Any]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """Some of the samples, in an order of their own: a part of what was split."""

    samples: Samples
    places: Places

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.places), *self.samples.shape[1:])

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, places: Any, /) -> npt.NDArray[Any]:
        return self.samples[self.places[places]]


@dataclass(frozen=True, slots=True, eq=False)
class Reshaped:
    """The same samples, each in another shape."""

    samples: Samples
    row_shape: tuple[int, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        return (len(self.samples), *self.row_shape)

    def __len__(self) -> int:
        return len(self.samples)

    def __getitem__(self, places: Any, /) -> npt.NDArray[Any]:
        rows = self.samples[places]
        return rows.reshape(len(rows), *self.row_shape)


def places_of(places: Places | slice, count: int) -> Places:
    """The same places as an array, for samples that are read one by one."""
    return np.arange(count)[places] if isinstance(places, slice) else np.asarray(places, np.int64)


def chunks(samples: Samples, watch: Watch) -> Iterator[tuple[slice, npt.NDArray[Any]]]:
    """All samples in order, some megabytes at a time, each chunk with its place."""
    row_bytes = max(math.prod(samples.shape[1:]) * np.dtype(np.float32).itemsize, 1)
    step, count = max(_CHUNK_BYTES // row_bytes, 1), len(samples)
    for start in range(0, count, step):
        place = slice(start, min(start + step, count))
        yield place, samples[place]
        watch(place.stop, count)


def fits_memory(shapes: list[tuple[int, ...]]) -> bool:
    """Whether float32 samples of these shapes, together, are within the budget for data in memory."""
    needed_bytes = sum(math.prod(shape) for shape in shapes) * np.dtype(np.float32).itemsize
    return needed_bytes <= memory_budget_bytes()


def memory_budget_bytes() -> int:
    """What THIMBLE_DATA_MEMORY says in megabytes; else a gigabyte, or half of the free memory when less.

    Raises ThimbleError ``bad-setting``.
    """
    given = os.environ.get(BUDGET_VARIABLE, "")
    if not given:
        return min(_DEFAULT_BUDGET_BYTES, int(psutil.virtual_memory().available) // 2)
    if not given.isdecimal():
        raise ThimbleError(
            "bad-setting",
            f"{BUDGET_VARIABLE} is {given!r}",
            "give the megabytes of data that may be kept in memory, or remove it",
        )
    return int(given) * 1_000_000


def in_memory(samples: Samples, watch: Watch) -> npt.NDArray[Any]:
    """All of them as one array."""
    if isinstance(samples, np.ndarray):
        return samples
    whole: npt.NDArray[Any] | None = None
    for place, chunk in chunks(samples, watch):
        if whole is None:
            whole = np.empty(samples.shape, chunk.dtype)
        whole[place] = chunk
    return np.empty(samples.shape, np.float32) if whole is None else whole
