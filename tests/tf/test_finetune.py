"""Training: repeatable, masked, cancellable, with every optimizer."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.compress.constraints import Clustered, Masked
from core.compress.finetune import Hooks, TrainingState, class_weights, train
from core.compress.held_out import ValidatedOn, parts_of
from core.compress.optimizers import learning_rate
from core.compress.train_step import Objective, make_test_step
from core.data import DataSet, load_data
from core.data.samples import BUDGET_VARIABLE
from core.errors import CancelledByUser, ThimbleError
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


def test_data_that_are_read_while_training_give_the_same_weights(
    small_digits: DataSet, small_digits_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(BUDGET_VARIABLE, "0")
    streamed = load_data(small_digits_file)
    assert not isinstance(streamed.x_train, np.ndarray)
    assert all(np.array_equal(a, b) for a, b in zip(_trained(small_digits), _trained(streamed), strict=True))


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


def test_early_stopping_takes_the_best_epoch_of_samples_held_out(small_digits: DataSet) -> None:
    shaky = replace(OPTIONS, learning_rate=0.05, early_stopping=2)
    mask = np.random.default_rng(0).random((3, 3, 6, 8)) < 0.3
    constraint = Masked((("shapes", 0, mask.astype(np.float32)),))
    model = build_small()
    results = train(model, small_digits, shaky, range(40), seed=0, constraint=constraint)
    losses = [result.val_loss for result in results]
    assert len(results) < 40
    assert losses.index(min(losses)) == len(losses) - 3
    assert {result.validated_on for result in results} == {ValidatedOn.HELD_OUT}
    parts = parts_of(small_digits, shaky, seed=0)
    loss, accuracy = make_test_step(model)(parts.x_judge[:], parts.y_judge).numpy()
    assert loss == pytest.approx(min(losses), rel=1e-6)
    assert accuracy == pytest.approx(results[-3].val_accuracy)
    assert np.all(model.get_layer("shapes").get_weights()[0][~mask] == 0.0)


def test_a_tenth_of_each_class_is_held_out(small_digits: DataSet) -> None:
    parts = parts_of(small_digits, Training(early_stopping=1), seed=0)
    held = np.setdiff1d(np.arange(400), parts.train)
    assert len(held) + len(parts.train) == 400
    assert np.array_equal(parts.x_judge[:], small_digits.x_train[held])
    counts, all_counts = np.bincount(parts.y_judge), np.bincount(small_digits.y_train)
    assert np.array_equal(counts, np.maximum(np.round(0.1 * all_counts), 1))
    assert parts_of(small_digits, Training(), seed=0).validated_on is ValidatedOn.TEST


def test_a_loss_that_is_no_number_is_told(small_digits: DataSet) -> None:
    wild = replace(OPTIONS, optimizer=Optimizer.SGD, learning_rate=1e30)
    with pytest.raises(ThimbleError, match=r"epoch \d") as caught:
        train(build_small(), small_digits, wild, range(2), seed=0)
    assert caught.value.code == "not-finite"
    assert "learning_rate (it is 1e+30)" in caught.value.hint


def test_nothing_to_train(small_digits: DataSet) -> None:
    model = build_small()
    model.trainable = False
    with pytest.raises(ThimbleError) as caught:
        train(model, small_digits, OPTIONS, range(1), seed=0)
    assert caught.value.code == "nothing-to-train"


def test_l2_pulls_kernels_alone(small_digits: DataSet) -> None:
    """Without a learning signal, L2 shrinks kernels and leaves biases where they are."""
    model = build_small()
    model.get_layer("edges").set_weights([model.get_layer("edges").get_weights()[0], np.ones(6)])
    before = sum(float(np.square(w).sum()) for w in model.get_weights() if w.ndim > 1)
    loss = Objective(l2=0.5).penalties(model)
    assert float(loss) == pytest.approx(0.5 * before, rel=1e-5)
    assert Objective().penalties(model) == 0.0


@pytest.mark.parametrize(("optimizer", "cut"), [(Optimizer.SGD_DECAY, 1), (Optimizer.NADAM, 2)])
def test_training_that_is_taken_up_ends_the_same(
    optimizer: Optimizer, cut: int, small_digits: DataSet
) -> None:
    options = replace(OPTIONS, optimizer=optimizer, early_stopping=5, gamma_epochs=1)
    states: list[TrainingState] = []
    whole, half = build_small(), build_small()
    hooks = Hooks(after_epoch=lambda result, state: states.append(state()))
    results = train(whole, small_digits, options, range(3), 0, Augment(shift=0.1), hooks=hooks)
    half.set_weights([np.zeros_like(weight) for weight in half.get_weights()])
    taken_up = {"state": states[cut - 1], "schedule_from": 0}
    rest = train(half, small_digits, options, range(cut, 3), 0, Augment(shift=0.1), **taken_up)
    assert rest == results[cut:]
    assert all(np.array_equal(a, b) for a, b in zip(whole.get_weights(), half.get_weights(), strict=True))


def test_class_weights_make_classes_count_the_same(small_digits: DataSet) -> None:
    weights = class_weights(small_digits)
    counts = np.bincount(small_digits.y_train)
    assert [weights[n] * counts[n] for n in range(10)] == pytest.approx([40.0] * 10)
    logits = np.random.default_rng(0).normal(size=(6, 10)).astype(np.float32)
    labels = np.arange(6)
    plain = Objective().per_sample(logits, labels, 0.0).numpy()
    weighted = Objective(class_weights=weights).per_sample(logits, labels, 0.0).numpy()
    assert weighted == pytest.approx(plain * np.asarray(weights)[:6], rel=1e-5)
