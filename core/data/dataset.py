"""The value that every data source gives, and the check that it fits a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import ThimbleError

FloatArray = npt.NDArray[np.float32]
LabelArray = npt.NDArray[np.int64]

#: How many labels may be missing from a set before it is no longer believable as class numbers.
_MOST_CLASSES = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Samples with labels, split once for training and for testing.

    `x_train` and `x_test` are float32 ``[count, …]``, images in NHWC, in the scaling that models get
    (`input_range` says which); `y_train` and `y_test` are class numbers that index
    `class_names`.
    """

    name: str
    x_train: FloatArray
    y_train: LabelArray
    x_test: FloatArray
    y_test: LabelArray
    class_names: tuple[str, ...]
    input_range: str

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, without the batch."""
        return tuple(int(n) for n in self.x_train.shape[1:])

    @property
    def has_images(self) -> bool:
        """Whether a sample is height × width × channels."""
        return len(self.sample_shape) == 3

    @property
    def classes(self) -> int:
        return len(self.class_names)


def make_dataset(
    name: str,
    train: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    test: tuple[npt.NDArray[Any], npt.NDArray[Any]],
    class_names: Sequence[str],
    input_range: str,
) -> DataSet:
    """A checked DataSet from samples and labels. Raises ThimbleError ``bad-data``."""
    for part, (samples, labels) in (("training", train), ("test", test)):
        _check_part(name, part, samples, labels)
    if train[0].shape[1:] != test[0].shape[1:]:
        raise ThimbleError(
            "bad-data",
            f"the training samples of {name} have the shape {train[0].shape[1:]},"
            f" the test samples {test[0].shape[1:]}",
            "give both the same shape",
        )
    highest = int(max(train[1].max(), test[1].max()))
    names = tuple(class_names) or tuple(str(n) for n in range(highest + 1))
    if highest >= len(names) or highest >= _MOST_CLASSES:
        raise ThimbleError(
            "bad-data",
            f"{name} has a label {highest} but {len(names)} classes",
            "labels are class numbers from 0",
        )
    empty = set(range(len(names))) - set(np.unique(train[1]).tolist())
    if empty:
        raise ThimbleError(
            "bad-data",
            f"{name} has no training samples of the class {names[min(empty)]}",
            "give every class samples, or leave it out and number the others from 0",
        )
    return DataSet(
        name,
        np.ascontiguousarray(train[0], np.float32),
        train[1].astype(np.int64),
        np.ascontiguousarray(test[0], np.float32),
        test[1].astype(np.int64),
        names,
        input_range,
    )


def _check_part(name: str, part: str, samples: npt.NDArray[Any], labels: npt.NDArray[Any]) -> None:
    problem = ""
    if len(samples) == 0:
        problem = f"{name} has no {part} samples"
    elif len(samples) != len(labels):
        problem = f"{name} has {len(samples)} {part} samples but {len(labels)} labels"
    elif samples.ndim < 2:
        problem = f"the {part} samples of {name} are single numbers"
    elif not np.all(np.isfinite(samples)):
        problem = f"the {part} samples of {name} contain values that are not numbers"
    elif labels.min() < 0:
        problem = f"{name} has the label {labels.min()}"
    if problem:
        raise ThimbleError(
            "bad-data",
            problem,
            "samples are [count, …] (images [count, height, width, channels]), labels class numbers from 0",
        )


def check_fits(data: DataSet, input_shape: Sequence[int], outputs: int) -> None:
    """Check that a model with this input (without the batch) and number of outputs can read the data.

    Raises ThimbleError ``data-does-not-fit``.
    """
    wanted = tuple(int(n) for n in input_shape)
    if data.sample_shape != wanted:
        raise ThimbleError(
            "data-does-not-fit",
            f"the model wants inputs of {_shape(wanted)}, the samples of {data.name} are"
            f" {_shape(data.sample_shape)}",
            "choose the data that the model was made for, or a folder of pictures: those are resized",
        )
    if data.classes > outputs:
        raise ThimbleError(
            "data-does-not-fit",
            f"the model tells {outputs} classes apart, {data.name} has {data.classes}",
            "choose the data that the model was made for",
        )


def _shape(shape: Sequence[int]) -> str:
    return "×".join(str(n) for n in shape)
