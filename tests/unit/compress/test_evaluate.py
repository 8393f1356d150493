"""The figures of an evaluation, worked out by hand, and augmentation."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from core.compress.augment import augment
from core.data import load_data
from core.evaluate import as_probabilities, score
from core.recipe import Augment, DataOptions, Scaling


def test_the_figures_by_hand() -> None:
    outputs = np.array([[0.8, 0.1, 0.1], [0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.25, 0.25]])
    result = score(outputs, np.array([0, 0, 1, 1]), ("a", "b", "c"))
    assert result.confusion == ((2, 0, 0), (1, 1, 0), (0, 0, 0))
    assert result.accuracy == 0.75
    assert result.macro_precision == pytest.approx((2 / 3 + 1.0) / 2)  # c is neither there nor named
    assert result.loss == pytest.approx(-np.log([0.8, 0.6, 0.7, 0.25]).mean())
    assert [(c.name, c.recall, c.samples) for c in result.per_class] == [
        ("a", 1, 2),
        ("b", 0.5, 2),
        ("c", 0, 0),
    ]


def test_a_class_that_is_never_named_has_precision_zero() -> None:
    result = score(np.array([[0.9, 0.1], [0.9, 0.1]]), np.array([0, 1]), ("a", "b"))
    assert result.macro_precision == 0.25


def test_logits_become_probabilities_and_probabilities_stay() -> None:
    logits = np.array([[2.0, 0.0], [-1.0, 3.0]])
    assert as_probabilities(logits)[0, 0] == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert np.allclose(as_probabilities(np.array([[0.25, 0.75]])), [[0.25, 0.75]])
    assert np.allclose(as_probabilities(np.array([[0.25, 0.74609375]])).sum(), 1.0)


def test_a_certain_mistake_has_a_finite_loss() -> None:
    assert score(np.array([[1.0, 0.0]]), np.array([1]), ("a", "b")).loss == pytest.approx(-np.log(1e-7))


def test_shifts_move_the_image_and_fill_with_zeros() -> None:
    image = np.arange(1, 101, dtype=np.float32).reshape(1, 10, 10, 1)
    seen = set()
    for seed in range(200):
        moved = augment(image, Augment(shift=0.1), np.random.default_rng(seed))
        assert moved.shape == image.shape
        padded = np.pad(image[0, ..., 0], 1)
        places = [(y, x) for y in range(3) for x in range(3)]
        seen.update(
            p for p in places if np.array_equal(padded[p[0] : p[0] + 10, p[1] : p[1] + 10], moved[0, ..., 0])
        )
    assert len(seen) == 9


def test_flips_are_left_to_right_and_random() -> None:
    images = np.random.default_rng(0).random((50, 4, 5, 2)).astype(np.float32)
    flipped = augment(images, Augment(flip=True), np.random.default_rng(1))
    same = np.array([np.array_equal(a, b) for a, b in zip(images, flipped, strict=True)])
    mirrored = np.array([np.array_equal(a[:, ::-1], b) for a, b in zip(images, flipped, strict=True)])
    assert np.all(same ^ mirrored)
    assert 10 < same.sum() < 40


def test_without_options_images_stay() -> None:
    images = np.random.default_rng(0).random((5, 4, 5, 2)).astype(np.float32)
    assert np.array_equal(augment(images, Augment(), np.random.default_rng(1)), images)


def test_what_is_shifted_in_is_black_in_every_scaling(tmp_path: Path) -> None:
    x = np.full((40, 10, 10, 3), 200, np.uint8)
    np.savez(tmp_path / "d.npz", x_train=x, y_train=np.arange(40) % 2, x_test=x[:4], y_test=np.arange(4) % 2)
    for scaling, black, light in (
        (Scaling.UNIT, 0.0, 200 / 255), (Scaling.SYMMETRIC, -1.0, 145 / 255), (Scaling.PIXELS, 0.0, 200.0),
    ):  # fmt: skip
        data = load_data(tmp_path / "d.npz", options=DataOptions(scaling=scaling))
        moved = augment(
            data.x_train[:], Augment(shift=0.1), np.random.default_rng(0), data.normalization.blank
        )
        seen = np.unique(moved.round(4)).tolist()
        assert seen == pytest.approx([black, light], abs=1e-3)
        inside = (moved == moved.max()).all(axis=-1).sum(axis=(1, 2))
        assert set(inside.tolist()) <= {81, 90, 100}  # one row or column of ten, or both, at most


def _softmax(rows: int, classes: int, sharpness: float) -> npt.NDArray[np.float64]:
    raised = np.exp(sharpness * np.random.default_rng(classes).normal(size=(rows, classes)))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("classes", [10, 100, 200, 1000])
@pytest.mark.parametrize("sharpness", [0.0, 0.5, 2.0, 6.0])
def test_integer_probabilities_of_many_classes_are_no_logits(classes: int, sharpness: float) -> None:
    real = _softmax(50, classes, sharpness)
    integers = np.round(real * 256.0).clip(0, 255) / 256.0
    found = as_probabilities(integers)
    assert np.allclose(found.sum(axis=1), 1.0)
    sums = integers.sum(axis=1)
    named = sums > 0.0
    assert np.allclose(found[named], integers[named] / sums[named, None])
    assert np.allclose(found[~named], 1.0 / classes)  # nothing is left after rounding


@pytest.mark.parametrize("classes", [2, 100, 1000])
def test_logits_of_many_classes_are_told(classes: int) -> None:
    logits = np.random.default_rng(0).normal(size=(20, classes))
    raised = np.exp(logits)
    assert np.allclose(as_probabilities(logits), raised / raised.sum(axis=1, keepdims=True))


def test_outputs_beyond_the_classes_of_the_data_are_one() -> None:
    outputs = np.zeros((4, 1000))
    outputs[[0, 1, 2, 3], [0, 1, 999, 500]] = 1.0
    result = score(outputs, np.array([0, 1, 0, 1]), ("cat", "dog"))
    assert result.confusion == ((1, 0, 1), (0, 1, 1), (0, 0, 0))
    assert [c.name for c in result.per_class] == ["cat", "dog", "other"]
    assert result.accuracy == 0.5
    assert result.chance == 0.5
