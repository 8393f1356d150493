"""Data from files: what loads, and one clear error for what does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.data import check_fits, load_data
from core.data.subset import calibration_images, examples_of_each_class
from core.errors import ThimbleError


def _arrays(**changed: Any) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.random((12, 6, 5, 1), np.float32),
        "y_train": np.arange(12) % 3,
        "x_test": rng.random((6, 6, 5, 1), np.float32),
        "y_test": np.arange(6) % 3,
    }
    return {name: value for name, value in {**arrays, **changed}.items() if value is not None}


def _saved(folder: Path, **changed: Any) -> Path:
    path = folder / "data.npz"
    np.savez(path, **_arrays(**changed))
    return path


def test_npz_floats_are_taken_as_they_are(tmp_path: Path) -> None:
    arrays = _arrays()
    data = load_data(_saved(tmp_path))
    assert np.array_equal(data.x_train, arrays["x_train"])
    assert np.array_equal(data.y_test, arrays["y_test"])
    assert data.class_names == ("0", "1", "2")
    assert data.sample_shape == (6, 5, 1)


def test_npz_pixels_are_scaled_and_one_channel_is_added(tmp_path: Path) -> None:
    pixels = np.full((12, 6, 5), 255, np.uint8)
    data = load_data(_saved(tmp_path, x_train=pixels, x_test=pixels[:6] // 5))
    assert data.x_train.shape == (12, 6, 5, 1)
    assert data.x_train.max() == 1.0
    assert np.allclose(data.x_test, 0.2)
    assert "0…1" in data.input_range


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.int64, np.uint64])
def test_npz_pixels_in_wider_integers(tmp_path: Path, kind: Any) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 6, 5), np.uint8)
    for test in (pixels[:6], pixels[:6].astype(kind)):  # one part may be saved in 8 bits
        data = load_data(_saved(tmp_path, x_train=pixels.astype(kind), x_test=test))
        assert np.array_equal(data.x_train, load_data(_saved(tmp_path, x_train=pixels, x_test=test)).x_train)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 16), (0, 256), (-1, 255)])
def test_npz_integers_that_need_not_be_pixels(tmp_path: Path, low: int, high: int) -> None:
    numbers = np.linspace(low, high, 12 * 30).astype(np.int64).reshape(12, 6, 5, 1)
    data = load_data(_saved(tmp_path, x_train=numbers, x_test=numbers[:6]))
    assert np.array_equal(data.x_train, numbers)
    with pytest.raises(ThimbleError, match="one part is 8-bit pixels, the other int64"):
        load_data(_saved(tmp_path, x_train=numbers, x_test=numbers[:6].clip(0).astype(np.uint8)))


@pytest.mark.parametrize("shape", [(30,), (6, 5), (3, 4, 5, 2)])
def test_npz_samples_need_not_be_images(tmp_path: Path, shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random((12, *shape), np.float32)
    data = load_data(_saved(tmp_path, x_train=x, x_test=x[:6]), shape)
    assert data.sample_shape == shape
    assert not data.has_images
    assert np.array_equal(data.x_train, x)


def test_npz_one_hot_labels_and_class_names(tmp_path: Path) -> None:
    path = _saved(tmp_path, y_train=np.eye(3)[np.arange(12) % 3], class_names=np.array(["cat", "dog", "owl"]))
    data = load_data(path)
    assert data.y_train.tolist() == [0, 1, 2] * 4
    assert data.class_names == ("cat", "dog", "owl")


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"y_test": None}, "y_test"),
        ({"y_train": np.arange(11)}, "11 labels"),
        ({"x_test": np.zeros((6, 4, 4, 1), np.float32)}, "shape"),
        ({"x_train": np.zeros(12, np.float32)}, "single numbers"),
        ({"x_train": np.full((12, 6, 5, 1), np.nan, np.float32)}, "not numbers"),
        ({"y_train": np.full(12, -1)}, "label -1"),
        ({"y_train": np.arange(12) + 0.5}, "whole numbers"),
        ({"x_train": np.array(["a"] * 12)}, "not numbers"),
        ({"class_names": np.array(["only one"])}, "classes"),
        ({"y_train": np.arange(12) % 2}, "no training samples of the class 2"),
        ({"y_train": np.full(12, np.nan)}, "not numbers"),
    ],
)
def test_npz_that_does_not_fit_together(tmp_path: Path, changed: dict[str, Any], word: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        load_data(_saved(tmp_path, **changed))
    assert caught.value.code == "bad-data"
    assert word in caught.value.what
    assert caught.value.hint


@pytest.mark.parametrize("content", [b"", b"this is text", b"PK\x03\x04 broken"])
def test_npz_that_is_broken(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "data.npz"
    path.write_bytes(content)
    with pytest.raises(ThimbleError) as caught:
        load_data(path)
    assert caught.value.code == "bad-data"


def test_npz_that_is_one_array(tmp_path: Path) -> None:
    path = tmp_path / "data.npz"
    with path.open("wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ThimbleError) as caught:
        load_data(path)
    assert caught.value.code == "bad-data"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("nowhere.npz", "missing-file"),
        ("nowhere", "missing-file"),
    ],
)
def test_data_that_is_not_there(name: str, code: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        load_data(name)
    assert caught.value.code == code
    assert "digits" in caught.value.hint or caught.value.hint


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "data.csv"
    path.write_text("1,2")
    with pytest.raises(ThimbleError) as caught:
        load_data(path)
    assert caught.value.code == "bad-data"


def _pictures(root: Path, counts: dict[str, int], mode: str = "RGB") -> Path:
    for shade, (name, count) in enumerate(counts.items()):
        (root / name).mkdir(parents=True)
        for n in range(count):
            Image.new("L", (9, 7), 40 * shade + n).convert(mode).save(root / name / f"{n}.png")
    return root


def test_folder_is_resized_and_split(tmp_path: Path) -> None:
    data = load_data(_pictures(tmp_path / "animals", {"owl": 10, "cat": 20}), (8, 8, 1))
    assert data.name == "animals"
    assert data.class_names == ("cat", "owl")
    assert data.x_train.shape == (24, 8, 8, 1)
    assert np.bincount(data.y_test).tolist() == [4, 2]
    assert data.x_train[data.y_train == 1].max() < 10 / 255 + 1e-6  # owls are the dark ones


def test_folder_keeps_its_own_size_without_a_model(tmp_path: Path) -> None:
    assert load_data(_pictures(tmp_path, {"a": 5, "b": 5})).sample_shape == (7, 9, 3)


def test_folder_is_split_the_same_way_each_time(tmp_path: Path) -> None:
    _pictures(tmp_path, {"a": 9, "b": 11})
    assert np.array_equal(load_data(tmp_path).x_test, load_data(tmp_path).x_test)


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError, match="0 subfolders"):
        load_data(tmp_path)
    _pictures(tmp_path, {"a": 3, "b": 1})
    with pytest.raises(ThimbleError, match="class b"):
        load_data(tmp_path)
    (tmp_path / "b" / "broken.png").write_bytes(b"no picture")
    with pytest.raises(ThimbleError, match=r"broken\.png"):
        load_data(tmp_path)


def test_folder_has_no_four_channels(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught:
        load_data(_pictures(tmp_path, {"a": 5, "b": 5}), (8, 8, 4))
    with pytest.raises(ThimbleError, match="1 dimensions"):
        load_data(tmp_path, (64,))
    assert caught.value.code == "data-does-not-fit"


def test_data_that_does_not_fit_the_model(tmp_path: Path) -> None:
    data = load_data(_saved(tmp_path))
    check_fits(data, (6, 5, 1), 3)
    for shape, outputs in (((28, 28, 1), 3), ((6, 5, 1), 2)):
        with pytest.raises(ThimbleError) as caught:
            check_fits(data, shape, outputs)
        assert caught.value.code == "data-does-not-fit"


def test_calibration_images_depend_on_the_seed_alone(tmp_path: Path) -> None:
    data = load_data(_saved(tmp_path))
    assert calibration_images(data, 5, 1).shape == (5, 6, 5, 1)
    assert calibration_images(data, 500, 1).shape == (12, 6, 5, 1)
    assert np.array_equal(calibration_images(data, 5, 1), calibration_images(data, 5, 1))
    assert not np.array_equal(calibration_images(data, 5, 1), calibration_images(data, 5, 2))


def test_examples_take_the_classes_in_turn() -> None:
    labels = np.array([2, 2, 2, 0, 0, 1])
    assert labels[examples_of_each_class(labels, 5)].tolist() == [0, 1, 2, 0, 2]
