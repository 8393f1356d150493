"""Training: repeatable, masked, cancellable, with every optimizer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from core.compress.constraints import Clustered, Masked
from core.compress.finetune import Hooks, class_weights, train
from core.compress.optimizers import learning_rate
from core.data import DataSet
from core.errors import CancelledByUser
from core.recipe import Augment, Optimizer, Training
from tests.tf.conftest import build_small

pytestmark = pytest.mark.tf

OPTIONS = Training(epochs=2, batch_size=64, learning_rate=0.005)


def _trained(data: DataSet, seed: int = 0, **keys: Any) -> list[Any]:
    model = build_small()
    train(model, data, OPTIONS, range(2), seed, Augment(shift=0.1), **keys)
    return model.get_weights()


def test_the_same_seed_gives_the_same_weights(small_digits: DataSet) -> None:
    first, again = _trained(small_digits), _trained(small_digits)
    other = _trained(small_digits, seed=1)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not all(np.array_equal(a, b) for a, b in zip(first, other, strict=True))


def test_masks_hold(small_digits: DataSet) -> None:
    mask = np.random.default_rng(0).random((3, 3, 6, 8)) < 0.3
    constraint = Masked((("shapes", 0, mask.astype(np.float32)),))
    kernel = _trained(small_digits, constraint=constraint)[2]
    assert np.all(kernel[~mask] == 0.0)
    assert np.count_nonzero(kernel) == mask.sum()


def test_clusters_share_one_value_that_learns(small_digits: DataSet) -> None:
    labels = np.random.default_rng(0).integers(0, 4, (3, 3, 6, 8)).astype(np.int32)
    kernel = _trained(small_digits, constraint=Clustered(((("shapes", 0, labels),),)))[2]
    assert [len(np.unique(kernel[labels == n])) for n in range(4)] == [1, 1, 1, 1]
    assert np.all(kernel[labels == 0] == 0.0)
    assert len(np.unique(kernel)) == 4


@pytest.mark.parametrize("optimizer", list(Optimizer))
def test_every_optimizer_lowers_the_loss(optimizer: Optimizer, small_digits: DataSet) -> None:
    rate = {Optimizer.ADADELTA: 10.0, Optimizer.SGD: 0.05, Optimizer.SGD_DECAY: 0.05}.get(optimizer, 0.01)
    options = replace(OPTIONS, batch_size=16, optimizer=optimizer, learning_rate=rate, weight_decay=1e-4)
    results = train(build_small(), small_digits, options, range(4), seed=0)
    assert results[-1].loss < 0.9 * results[0].loss
    assert [result.epoch for result in results] == [1, 2, 3, 4]


def test_the_learning_rate_decays_by_epoch() -> None:
    options = Training(optimizer=Optimizer.SGD_DECAY, learning_rate=0.1, gamma=0.5, gamma_epochs=2)
    assert [learning_rate(options, n) for n in range(5)] == pytest.approx([0.1, 0.1, 0.05, 0.05, 0.025])
    assert learning_rate(replace(options, optimizer=Optimizer.SGD), 4) == 0.1


def test_cancel_stops_after_the_batch(small_digits: DataSet) -> None:
    seen: list[tuple[int, int]] = []

    def after_batch(done: int, total: int) -> None:
        seen.append((done, total))
        if done == 3:
            raise CancelledByUser

    with pytest.raises(CancelledByUser):
        train(build_small(), small_digits, OPTIONS, range(2), 0, hooks=Hooks(after_batch))
    assert seen == [(1, 14), (2, 14), (3, 14)]  # 400 samples in batches of 64, twice


def test_early_stopping(small_digits: DataSet) -> None:
    standing_still = replace(OPTIONS, learning_rate=1e-8, early_stopping=2)
    results = train(build_small(), small_digits, standing_still, range(30), seed=0)
    assert 3 <= len(results) < 30


def test_class_weights_make_classes_count_the_same(small_digits: DataSet) -> None:
    weights = class_weights(small_digits)
    counts = np.bincount(small_digits.y_train)
    assert [weights[n] * counts[n] for n in range(10)] == pytest.approx([40.0] * 10)
    model = build_small()
    train(model, small_digits, replace(OPTIONS, class_weights=True), range(1), seed=0)
