"""The value that every data source gives, and the check that it fits a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.data.samples import FloatArray, LabelArray, Samples
from core.data.scaling import Normalization
from core.errors import ThimbleError
from core.recipe import DataOptions, Scaling

__all__ = ["DataSet", "FloatArray", "check_fits"]


@dataclass(frozen=True, slots=True, eq=False)
class DataSet:
    """Samples with labels, split once for training and for testing.

    `x_train` and `x_test` are float32 ``[count, …]``, images in NHWC, in the scaling that models get
    (`input_range` says which, `normalization` how they came there, `options` what was asked for). They are
    NumPy arrays, or, where the data are larger than the memory for them, `Samples` that are read when they
    are indexed: take them with `core.data.batches.read_batches`, never whole. `y_train` and `y_test` are
    class numbers that index `class_names`. `source` is the name or path that they were read from.
    """

    name: str
    x_train: Samples
    y_train: LabelArray
    x_test: Samples
    y_test: LabelArray
    class_names: tuple[str, ...]
    normalization: Normalization
    options: DataOptions
    source: str = ""

    @property
    def sample_shape(self) -> tuple[int, ...]:
        """Shape of one sample, without the batch."""
        return tuple(int(n) for n in self.x_train.shape[1:])

    @property
    def has_images(self) -> bool:
        """Whether a sample is height × width × channels."""
        return len(self.sample_shape) == 3

    @property
    def input_range(self) -> str:
        """In which range the samples are, for people."""
        return self.normalization.words

    @property
    def classes(self) -> int:
        return len(self.class_names)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to learn from and nothing to test with."""
        return not len(self.y_train) and not len(self.y_test)


def no_data(sample_shape: Sequence[int]) -> DataSet:
    """A set without samples and classes, for what can be done without."""
    x, y = np.zeros((0, *sample_shape), np.float32), np.zeros(0, np.int64)
    return DataSet("no data", x, y, x, y, (), Normalization(Scaling.AS_IS), DataOptions())


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
