"""Distillation: the loss equals the published formula, for softmax outputs and for logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.compress.constraints import Unconstrained
from core.compress.distillation import make_teacher
from core.compress.finetune import train
from core.compress.train_step import Objective, make_logits, make_train_step
from core.data import DataSet
from core.recipe import Distill, Training
from tests.tf.conftest import build_small

pytestmark = pytest.mark.tf


def _softmax(logits: np.ndarray[Any, Any], temperature: float) -> np.ndarray[Any, Any]:
    raised = np.exp(logits.astype(np.float64) / temperature)
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _as_logits(model: Any) -> Any:
    """The same model without its last softmax."""
    import keras

    config = model.get_config()
    config["layers"][-1]["config"]["activation"] = "linear"
    plain = keras.Sequential.from_config(config)
    plain.set_weights(model.get_weights())
    return plain


def test_the_formula() -> None:
    rng = np.random.default_rng(0)
    teacher, student = rng.normal(0, 3, (2, 5, 4)).astype(np.float32)
    labels = np.array([0, 1, 2, 3, 0])
    objective = Objective(distill=Distill(temperature=3.0, alpha=0.7))
    wanted, given = _softmax(teacher, 3.0), _softmax(student, 3.0)
    divergence = (wanted * np.log(wanted / given)).sum(axis=-1)
    hard = -np.log(_softmax(student, 1.0)[np.arange(5), labels])
    expected = 0.7 * 3.0**2 * divergence + 0.3 * hard
    assert objective.per_sample(student, labels, teacher).numpy() == pytest.approx(expected, rel=1e-5)


def test_a_softmax_and_logits_give_the_same(small_digits: DataSet) -> None:
    softmax = build_small()
    plain = _as_logits(softmax)
    images, labels = small_digits.x_train[:32], small_digits.y_train[:32]
    assert make_logits(softmax)(images).numpy() == pytest.approx(
        plain(images, training=False).numpy(), abs=1e-5
    )
    taught = np.random.default_rng(0).normal(0, 5, (32, 10)).astype(np.float32)
    objective = Objective(distill=Distill())
    options = Training(learning_rate=0.01)
    for model in (softmax, plain):
        model.get_layer("forget").rate = 0.0
        make_train_step(model, options, objective, Unconstrained()).run(images, labels, taught)
    for ours, theirs in zip(softmax.get_weights(), plain.get_weights(), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-6)


@pytest.mark.parametrize("augmented", [False, True])
def test_a_teacher_knows_each_sample(augmented: bool, small_digits: DataSet) -> None:
    checks: list[int] = []
    model = build_small()
    teacher = make_teacher(model, small_digits, Distill(), augmented, lambda: checks.append(1))
    places = np.array([399, 0, 7])
    images = small_digits.x_train[places]
    expected = make_logits(model)(images).numpy()
    assert np.asarray(teacher.logits(places, images)) == pytest.approx(expected, abs=1e-6)
    assert len(checks) == (0 if augmented else 4)


def test_a_student_with_the_wrong_labels_learns_from_its_teacher(
    small_digits: DataSet, trained_small: Any
) -> None:
    """With alpha 1 labels do not matter, and the accuracy comes from the teacher alone."""
    import dataclasses

    import keras

    wrong = dataclasses.replace(small_digits, y_train=(small_digits.y_train + 1) % 10)
    original = keras.models.load_model(trained_small, compile=False)
    teacher = make_teacher(original, wrong, Distill(alpha=1.0), False, lambda: None)
    before = original.get_weights()
    options = Training(batch_size=16, learning_rate=0.005)
    results = train(build_small(1), wrong, options, range(6), seed=0, teacher=teacher)
    assert results[-1].val_accuracy > 0.5
    assert all(np.array_equal(a, b) for a, b in zip(before, original.get_weights(), strict=True))
