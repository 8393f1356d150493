"""Which samples train and which judge: the test samples are kept out where the judgement chooses a model.

Early stopping takes the weights of the best epoch. Were that judged on the test samples, their accuracy
would be flattered; so a part of the training data is held out for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np

from core.data import DataSet
from core.data.samples import LabelArray, Picked, Samples
from core.errors import ThimbleError
from core.recipe import Training

_HELD_OUT = 0.1


class ValidatedOn(Enum):
    """What an epoch's `val_loss` and `val_accuracy` are of."""

    TEST = "test"
    HELD_OUT = "held-out"


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Numbers of the training samples that train, and the samples that judge each epoch."""

    train: LabelArray
    x_judge: Samples
    y_judge: LabelArray
    validated_on: ValidatedOn


def parts_of(data: DataSet, options: Training, seed: int) -> Parts:
    """With early stopping a tenth of each class is held out, at least one sample where there are two.

    Which samples these are depends on the seed alone. Raises ThimbleError ``nothing-to-hold-out`` where no
    class has two.
    """
    if not options.early_stopping:
        return Parts(np.arange(len(data.y_train)), data.x_test, data.y_test, ValidatedOn.TEST)
    held = _a_tenth_of_each_class(data.y_train, seed)
    if not len(held):
        raise ThimbleError(
            "nothing-to-hold-out",
            f"early stopping judges by training samples that are kept aside, and {data.name} has one of each"
            " class",
            "leave out early_stopping, or give more samples",
        )
    train = np.setdiff1d(np.arange(len(data.y_train)), held)
    return Parts(train, Picked(data.x_train, held), data.y_train[held], ValidatedOn.HELD_OUT)


def _a_tenth_of_each_class(labels: LabelArray, seed: int) -> LabelArray:
    rng = np.random.default_rng(seed)
    chosen = []
    for label in np.unique(labels):
        own = rng.permutation(np.flatnonzero(labels == label))
        count = max(round(_HELD_OUT * len(own)), 1) if len(own) > 1 else 0
        chosen.append(own[:count])
    return np.sort(np.concatenate(chosen))
