"""The built-in digits: the one split that everything uses."""

import numpy as np
from sklearn.datasets import load_digits

from core.data import load_data


def test_counts_shapes_and_range() -> None:
    data = load_data("digits")
    assert data.x_train.shape == (1297, 28, 28, 1)
    assert data.x_test.shape == (500, 28, 28, 1)
    assert data.x_train.dtype == data.x_test.dtype == np.float32
    assert data.x_train.min() == 0.0
    assert data.x_train.max() == 1.0
    assert data.class_names == tuple("0123456789")


def test_the_split_is_stratified() -> None:
    data = load_data("digits")
    whole = np.bincount(load_digits().target)
    test = np.bincount(data.y_test)
    assert np.abs(test - whole * 500 / 1797).max() <= 1.0
    assert np.array_equal(np.bincount(data.y_train) + test, whole)


def test_every_image_is_in_one_part_alone() -> None:
    data = load_data("digits")
    train = {image.tobytes() for image in data.x_train}
    test = {image.tobytes() for image in data.x_test}
    assert not train & test
    assert len(train | test) == len({image.tobytes() for image in load_digits().images})


def test_an_enlarged_image_shows_what_the_small_one_shows() -> None:
    data = load_data("digits")
    small = {tuple(np.round(image.ravel() / 16.0, 3)) for image in load_digits().images}
    rows = np.clip(np.round((np.arange(8) + 0.5) * 28 / 8 - 0.5).astype(int), 0, 27)
    close = 0
    for image in data.x_test[:20]:
        sampled = image[np.ix_(rows, rows)][..., 0].ravel()
        close += min(np.abs(np.asarray(known) - sampled).mean() for known in small) < 0.05
    assert close == 20
