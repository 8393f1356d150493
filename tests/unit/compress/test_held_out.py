"""Samples kept aside for early stopping: where there are none, that is said before training."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.compress.held_out import ValidatedOn, parts_of
from core.errors import ThimbleError
from core.recipe import Training


def _data(labels: list[int]) -> Any:
    x, y = np.arange(len(labels), dtype=np.float32), np.array(labels)
    return SimpleNamespace(name="few", x_train=x, y_train=y, x_test=x, y_test=y)


def test_early_stopping_needs_two_samples_of_a_class() -> None:
    with pytest.raises(ThimbleError, match="few has one of each class") as caught:
        parts_of(_data([0, 1, 2]), Training(early_stopping=1), seed=0)
    assert caught.value.code == "nothing-to-hold-out"
    assert parts_of(_data([0, 1, 2]), Training(), seed=0).validated_on is ValidatedOn.TEST
    parts = parts_of(_data([0, 1, 1]), Training(early_stopping=1), seed=0)
    assert (len(parts.train), list(parts.y_judge)) == (2, [1])
