"""What a source reads, and the way from there to a DataSet: checked, measured, scaled, in memory or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.dataset import DataSet
from core.data.samples import Samples, Watch, fits_memory, in_memory
from core.data.scaling import (
    Normalization,
    Normalized,
    Statistics,
    ValueRange,
    find_normalization,
    guessed_range,
    measure,
)
from core.errors import ThimbleError
from core.recipe import DataOptions, Scaling

#: How many labels may be missing from a set before it is no longer believable as class numbers.
_MOST_CLASSES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class RawPart:
    """`samples` ``[count, …]`` as they lie in the files, images in NHWC; `labels` ``[count]`` from 0."""

    samples: Samples
    labels: npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class RawData:
    """A data set before scaling.

    `class_names` may be empty: then the classes are called by their numbers. `values` is the range that the
    kind of data tells (then all samples are numbers, too), None where it tells none; `scaling` is what is
    done where nobody asks for another.
    """

    name: str
    train: RawPart
    test: RawPart
    class_names: tuple[str, ...]
    values: ValueRange | None
    scaling: Scaling = Scaling.AS_IS


def dataset_of(raw: RawData, options: DataOptions, fixed: Normalization | None, watch: Watch) -> DataSet:
    """The checked and scaled set; float32 arrays where both parts fit into the budget for memory.

    The scaling in `options` is what is asked for, AUTO for what is usual for the data; `fixed` is a
    normalization that is known already, and counts where nothing is asked for. Every sample is read once,
    so that what is broken is told now. Raises ThimbleError ``bad-data``, ``unknown-range`` or
    ``data-does-not-fit``, and whatever `watch` raises.
    """
    names = _checked_names(raw)
    parts = {"training": raw.train.samples, "test": raw.test.samples}
    is_small = fits_memory([samples.shape for samples in parts.values()])
    if is_small:
        parts = {part: in_memory(samples, watch) for part, samples in parts.items()}
    normalization = _normalization(raw, parts, options.scaling, fixed, watch)
    train, test = (Normalized(samples, normalization) for samples in parts.values())
    return DataSet(
        raw.name,
        train[:] if is_small else train,
        raw.train.labels.astype(np.int64),
        test[:] if is_small else test,
        raw.test.labels.astype(np.int64),
        names,
        normalization,
        options,
    )


def _normalization(
    raw: RawData,
    parts: dict[str, Samples],
    scaling: Scaling,
    fixed: Normalization | None,
    watch: Watch,
) -> Normalization:
    """How the samples are scaled; on the way they are checked, the training part first."""
    wanted = raw.scaling if scaling is Scaling.AUTO else scaling
    measured = [_measured(raw, part, samples, wanted, watch) for part, samples in parts.items()]
    if fixed is None or scaling is not Scaling.AUTO:
        return find_normalization(raw.name, wanted, raw.values, measured[0])
    if fixed.raw is None and raw.values is not None:  # the two kinds of data say nothing about each other
        return find_normalization(raw.name, wanted, raw.values, measured[0])
    fixed.check_fits(raw.name, raw.train.samples.shape[-1])
    return fixed.for_range(raw.values or (None if fixed.raw is None else guessed_range(measured[0])))


def _measured(raw: RawData, part: str, samples: Samples, wanted: Scaling, watch: Watch) -> Statistics:
    """Reading is spared where the kind of data tells what is asked."""
    has_deviation = wanted is Scaling.STANDARDIZE and part == "training"
    if raw.values is not None and not has_deviation:
        return Statistics(raw.values.low, raw.values.high, (), ())
    return measure(raw.name, part, samples, watch, has_deviation)


def _checked_names(raw: RawData) -> tuple[str, ...]:
    """The names of the classes. Raises ThimbleError where samples, labels and names do not fit together."""
    name, train, test = raw.name, raw.train, raw.test
    for part, what in ((train, "training"), (test, "test")):
        _check_part(name, what, part)
    if train.samples.shape[1:] != test.samples.shape[1:]:
        raise ThimbleError(
            "bad-data",
            f"the training samples of {name} have the shape {train.samples.shape[1:]},"
            f" the test samples {test.samples.shape[1:]}",
            "give both the same shape",
        )
    highest = int(max(train.labels.max(), test.labels.max()))
    names = raw.class_names or tuple(str(n) for n in range(min(highest + 1, _MOST_CLASSES)))
    if highest >= len(names):
        raise ThimbleError(
            "bad-data",
            f"{name} has a label {highest} but {len(names)} classes",
            "labels are class numbers from 0",
        )
    empty = set(range(len(names))) - set(np.unique(train.labels).tolist())
    if empty:
        raise ThimbleError(
            "bad-data",
            f"{name} has no training samples of the class {names[min(empty)]}",
            "give every class samples, or leave it out and number the others from 0",
        )
    return names


def _check_part(name: str, what: str, part: RawPart) -> None:
    count, labels = len(part.samples), part.labels
    problem = ""
    if count == 0:
        problem = f"{name} has no {what} samples"
    elif count != len(labels):
        problem = f"{name} has {count} {what} samples but {len(labels)} labels"
    elif len(part.samples.shape) < 2:
        problem = f"the {what} samples of {name} are single numbers"
    elif 0 in part.samples.shape:
        problem = f"the {what} samples of {name} are empty, of the shape {part.samples.shape[1:]}"
    elif labels.min() < 0:
        problem = f"{name} has the label {labels.min()}"
    if problem:
        raise ThimbleError(
            "bad-data",
            problem,
            "samples are [count, …] (images [count, height, width, channels]), labels class numbers from 0",
        )
