"""A whole set split: every class on both sides, however rare it is."""

import numpy as np
import pytest

from core.data.split import stratified_split
from core.errors import ThimbleError


@pytest.mark.parametrize("test", [0.01, 0.2, 0.9, 300])
@pytest.mark.parametrize("counts", [(1000, 2), (2, 1000, 3), (2, 2), (40, 60)])
def test_every_class_trains_and_is_tested(test: int | float, counts: tuple[int, ...]) -> None:
    labels = np.repeat(np.arange(len(counts)), counts)
    train, tested = stratified_split("set", labels, test, seed=0)
    for places in (train, tested):
        assert np.bincount(labels[places], minlength=len(counts)).min() >= 1
    assert np.array_equal(np.sort(np.concatenate([train, tested])), np.arange(len(labels)))
    again = stratified_split("set", labels, test, seed=0)
    assert np.array_equal(again[0], train)
    assert np.array_equal(again[1], tested)


def test_one_sample_of_a_class_cannot_be_split() -> None:
    with pytest.raises(ThimbleError, match="one sample of its class 1"):
        stratified_split("set", np.array([0, 0, 0, 1]), 0.2, seed=0)
