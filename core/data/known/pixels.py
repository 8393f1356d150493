"""From the pixels of a known set to its raw data: the checks that all of its formats share."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.known.known_set import KnownSet
from core.data.raw import RawData, RawPart
from core.data.samples import Reshaped
from core.data.scaling import PIXELS
from core.data.source import Request, SampleShape
from core.errors import ThimbleError
from core.recipe import Scaling

_HINT = "take the files as they are published, not changed or cut off"


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """One part of a set: `images` uint8 ``[count, height, width, channels]``, `labels` ``[count]``."""

    images: npt.NDArray[Any]
    labels: npt.NDArray[Any]


def broken(path: Path, why: str) -> ThimbleError:
    """The error for a file of a known set that does not hold what it should."""
    return ThimbleError("bad-data", f"{path} {why}", _HINT)


def raw_of(path: Path, known: KnownSet, train: Pixels, test: Pixels, request: Request) -> RawData:
    """The checked set of what was read at `path`; it is scaled to 0…1 where nothing else is asked for.

    Grey images lose their channel, or become one row of numbers, where the model wants that. Raises
    ThimbleError ``bad-data``.
    """
    for part, name in ((train, "training"), (test, "test")):
        _check(path, known, part, name)
    raw_train, raw_test = (RawPart(part.images, part.labels) for part in (train, test))
    raw = RawData(known.id, raw_train, raw_test, known.class_names, PIXELS, Scaling.UNIT)
    return shaped(raw, known.shape, request.shape)


def _check(path: Path, known: KnownSet, part: Pixels, name: str) -> None:
    images, labels = part.images, part.labels
    if images.dtype != np.uint8 or images.shape[1:] != known.shape:
        raise broken(
            path,
            f"has {name} images of {images.shape[1:]} {images.dtype}, not the {known.shape} uint8"
            f" of {known.title}",
        )
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise broken(path, f"has {name} labels that are not a row of whole numbers")
    if len(images) != len(labels):
        raise broken(path, f"has {len(images)} {name} images but {len(labels)} labels")
    if len(labels) == 0:
        raise broken(path, f"has no {name} images")
    classes = len(known.class_names)
    if labels.min() < 0 or labels.max() >= classes:
        raise broken(path, f"has {name} labels from {labels.min()} to {labels.max()}, not 0 to {classes - 1}")
    empty = np.flatnonzero(np.bincount(labels.astype(np.int64), minlength=classes) == 0)
    if len(empty):
        raise broken(path, f"has no {name} images of the class {known.class_names[empty[0]]}")


def shaped(raw: RawData, given: SampleShape | None, wanted: SampleShape | None) -> RawData:
    """Grey images of the shape `given` without their channel, or as one row, where the model wants that."""
    if given is None or wanted is None or given[2] != 1 or wanted not in (given[:2], (math.prod(given),)):
        return raw
    train, test = (
        RawPart(Reshaped(part.samples, tuple(wanted)), part.labels) for part in (raw.train, raw.test)
    )
    return replace(raw, train=train, test=test)
