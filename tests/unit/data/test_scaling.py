"""The range of a model's inputs: asked for, known from the model's folder, or usual for the data."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from core.data import load_data, load_for_model
from core.data.preprocessing import (
    PREPROCESSING,
    is_range_known,
    range_warning,
    read_preprocessing,
    split_warning,
    with_scaling,
    write_preprocessing,
)
from core.data.scaling import PIXELS, SYMMETRIC, UNIT, Normalization
from core.errors import ThimbleError
from core.models.input_scaling import inputs_of
from core.recipe import DataOptions, Scaling


def _npz(path: Path, x: Any) -> str:
    labels = np.arange(len(x)) % 2
    np.savez(path, x_train=x, y_train=labels, x_test=x[::2], y_test=labels[::2])
    return str(path)


@pytest.fixture
def pixels(tmp_path: Path) -> str:
    return _npz(tmp_path / "pixels.npz", np.random.default_rng(0).integers(0, 256, (40, 4, 5, 3), np.uint8))


def _scaled(data: str, scaling: Scaling) -> np.ndarray:
    return np.asarray(load_data(data, options=DataOptions(scaling=scaling)).x_train)


@pytest.mark.parametrize(
    ("scaling", "low", "high"),
    [
        (Scaling.AUTO, 0.0, 1.0),
        (Scaling.UNIT, 0.0, 1.0),
        (Scaling.SYMMETRIC, -1.0, 1.0),
        (Scaling.PIXELS, 0.0, 255.0),
        (Scaling.AS_IS, 0.0, 255.0),
    ],
)
def test_pixels_come_to_the_range_asked_for(pixels: str, scaling: Scaling, low: float, high: float) -> None:
    raw = np.load(pixels)["x_train"].astype(np.float64)
    assert np.allclose(_scaled(pixels, scaling), low + raw / 255 * (high - low), atol=1e-4)


def test_standardized_channels_by_the_training_part_alone(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    x = rng.normal((3.0, -900.0, 5.0), (2.0, 0.25, 0.0), (500, 8, 3))
    x[..., 2] = 0.1
    labels = np.arange(500) % 2
    np.savez(tmp_path / "d.npz", x_train=x, y_train=labels, x_test=x[:9] + 7, y_test=labels[:9])
    data = load_data(tmp_path / "d.npz", (8, 3), DataOptions(scaling=Scaling.STANDARDIZE))
    train, test = np.asarray(data.x_train), np.asarray(data.x_test)
    assert np.allclose(train.mean(axis=(0, 1)), 0.0, atol=1e-3)
    assert np.allclose(train.std(axis=(0, 1)), (1.0, 1.0, 0.0), atol=1e-3)  # the last one is constant
    assert np.allclose(test[:, :, 0], train[:9, :, 0] + 7 / x[..., 0].std(), atol=1e-3)
    assert "standard deviation" in data.input_range


@pytest.mark.parametrize(
    ("low", "high", "expected"), [(0, 1, UNIT), (-1, 1, SYMMETRIC), (0, 255, PIXELS), (-3, 7, None)]
)
def test_floats_are_taken_as_they_are_and_their_range_is_guessed_when_it_matters(
    tmp_path: Path, low: float, high: float, expected: Any
) -> None:
    x = np.linspace(low, high, 240).reshape(40, 6).astype(np.float32)
    data = _npz(tmp_path / "d.npz", x)
    assert np.array_equal(_scaled(data, Scaling.AUTO), x)
    if expected is None:
        with pytest.raises(ThimbleError, match="range from -3 to 7") as caught:
            _scaled(data, Scaling.UNIT)
        assert caught.value.code == "unknown-range"
        return
    assert np.allclose(_scaled(data, Scaling.UNIT), (x - low) / (high - low), atol=1e-6)


def _model(folder: Path, data: str, scaling: Scaling, **options: Any) -> Path:
    """The place of a model that was made with the data in this scaling."""
    folder.mkdir(exist_ok=True)
    write_preprocessing(load_data(data, options=DataOptions(scaling=scaling, **options)), folder)
    return folder / "model.tflite"


@pytest.mark.parametrize("scaling", [s for s in Scaling if s is not Scaling.AUTO])
def test_what_lies_beside_the_model_gives_the_same_inputs(
    tmp_path: Path, pixels: str, scaling: Scaling
) -> None:
    model = _model(tmp_path / "run", pixels, scaling, seed=3, stride=4)
    again = load_for_model(pixels, model, (4, 5, 3))
    assert np.array_equal(again.x_train, _scaled(pixels, scaling))
    assert again.options.seed == 3
    assert again.options.stride == 4
    stored = json.loads((tmp_path / "run" / PREPROCESSING).read_text())
    raw = np.load(pixels)["x_train"].astype(np.float32)
    by_hand = (raw - np.float32(stored["shift"])) / np.float32(stored["divisor"])
    assert np.allclose(by_hand, again.x_train, atol=1e-5)  # what the file says is enough for others, too


def test_the_same_pictures_in_another_range_give_the_same_inputs(tmp_path: Path, pixels: str) -> None:
    as_floats = _npz(tmp_path / "floats.npz", np.load(pixels)["x_train"] / np.float32(255))
    for scaling in (Scaling.UNIT, Scaling.SYMMETRIC, Scaling.PIXELS, Scaling.STANDARDIZE):
        model = _model(tmp_path / "run", pixels, scaling)
        expected = load_for_model(pixels, model, (4, 5, 3)).x_train
        assert np.allclose(load_for_model(as_floats, model, (4, 5, 3)).x_train, expected, atol=1e-4)
    model = _model(tmp_path / "run", as_floats, Scaling.AUTO)  # floats of an unknown range
    assert np.array_equal(load_for_model(as_floats, model, (4, 5, 3)).x_train, np.load(as_floats)["x_train"])
    assert np.array_equal(load_for_model(pixels, model, (4, 5, 3)).x_train, _scaled(pixels, Scaling.AUTO))


def test_digits_then_pixels_of_the_same_kind(tmp_path: Path, pixels: str) -> None:
    model = _model(tmp_path / "run", "digits", Scaling.AUTO)
    assert load_for_model(pixels, model, (4, 5, 3)).x_train[:].max() == 1.0


def test_what_is_asked_for_goes_before_what_lies_there(tmp_path: Path, pixels: str) -> None:
    model = _model(tmp_path / "run", pixels, Scaling.SYMMETRIC, seed=3)
    options = with_scaling(model, "0..255")
    assert options == DataOptions(scaling=Scaling.PIXELS, seed=3)
    assert load_for_model(pixels, model, (4, 5, 3), options).x_train[:].max() == 255.0
    split_only = DataOptions(test_fraction=0.5)
    assert load_for_model(pixels, model, (4, 5, 3), split_only).x_train[:].min() == -1.0
    assert with_scaling(model, None) is None
    with pytest.raises(ThimbleError, match=r"0\.\.2"):
        with_scaling(model, "0..2")


def test_what_is_not_asked_for_is_as_it_lies_there(tmp_path: Path) -> None:
    model = _model(tmp_path / "run", "digits", Scaling.AUTO, seed=3, test_fraction=0.5)
    stored = load_for_model("digits", model, (8, 8, 1))
    scaled = load_for_model("digits", model, (8, 8, 1), DataOptions(scaling=Scaling.PIXELS, stride=2))
    assert np.array_equal(scaled.y_test, stored.y_test), "the same split"
    assert scaled.options == DataOptions(Scaling.PIXELS, 0.5, 3, 2)
    other = load_for_model("digits", model, (8, 8, 1), DataOptions(seed=4))
    assert other.options == DataOptions(seed=4, test_fraction=0.5)
    assert split_warning(model, stored.options) is None
    assert split_warning(tmp_path / "net.keras", other.options) is None
    assert "seed = 3, stride = 0; now test_fraction = 0.5, seed = 4" in (
        split_warning(model, other.options) or ""
    )


def test_what_the_model_tells_counts_where_nothing_lies_beside_it(tmp_path: Path, pixels: str) -> None:
    wanted = Normalization(Scaling.PIXELS, raw=PIXELS)
    loaded = load_for_model(pixels, tmp_path / "net.keras", (4, 5, 3), wanted=wanted)
    assert loaded.x_train[:].max() == 255.0
    assert loaded.input_range == "0…255"
    digits = load_for_model("digits", "zoo:lenet", (28, 28, 1), wanted=wanted)
    assert digits.x_train[:].max() == pytest.approx(255.0)
    odd = _npz(tmp_path / "odd.npz", np.linspace(-3, 7, 240).reshape(40, 6).astype(np.float32))
    assert load_for_model(odd, "zoo:lenet", (6,), wanted=wanted).x_train[:].min() == -3.0


def test_only_the_models_of_the_folder_are_meant(tmp_path: Path, pixels: str) -> None:
    model = _model(tmp_path / "run", pixels, Scaling.SYMMETRIC)
    assert read_preprocessing(model) is not None
    assert read_preprocessing(model.with_suffix(".onnx")) is not None
    assert read_preprocessing(model.with_name("baseline.keras")) is not None
    assert read_preprocessing(model.with_name("other.tflite")) is None
    assert read_preprocessing(tmp_path / "model.tflite") is None


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"scaling": "0..1", "raw_range": [0], "shift": [0], "divisor": [1]}']
)
def test_a_broken_file_beside_the_model(tmp_path: Path, content: str) -> None:
    (tmp_path / PREPROCESSING).write_text(content)
    with pytest.raises(ThimbleError, match="cannot be read") as caught:
        read_preprocessing(tmp_path / "model.keras")
    assert "--scale" in caught.value.hint


def test_other_channels_than_those_that_were_standardized(tmp_path: Path, pixels: str) -> None:
    model = _model(tmp_path / "run", pixels, Scaling.STANDARDIZE)
    grey = _npz(tmp_path / "grey.npz", np.zeros((8, 4, 5, 1), np.uint8))
    with pytest.raises(ThimbleError, match="3 channels") as caught:
        load_for_model(grey, model, (4, 5, 1))
    assert caught.value.code == "data-does-not-fit"


@pytest.mark.parametrize("scaling", list(Scaling))
def test_inputs_are_shown_as_the_pictures_that_they_were(pixels: str, scaling: Scaling) -> None:
    data = load_data(pixels, options=DataOptions(scaling=scaling))
    shown = data.normalization.shown(data.x_train[:])
    assert np.allclose(shown, np.load(pixels)["x_train"] / 255, atol=1e-3)


class InputLayer:
    """A layer as far as its name is asked for."""


class Rescaling:
    def __init__(self, scale: Any) -> None:
        self.scale = scale


@pytest.mark.parametrize(
    ("layers", "pixels_wanted"),
    [
        ([InputLayer(), Rescaling(1 / 255)], True),
        ([Rescaling(1 / 127.5)], True),
        ([InputLayer(), Rescaling(2.0)], False),
        ([InputLayer(), Rescaling([1 / 255, 1 / 255])], False),
        ([InputLayer(), InputLayer()], False),
        ([], False),
    ],
)
def test_a_model_that_begins_with_a_rescaling_wants_pixels(layers: list[Any], pixels_wanted: bool) -> None:
    found = inputs_of(SimpleNamespace(layers=layers))
    assert (found is not None) == pixels_wanted
    if found is not None:
        assert found.words == "0…255"


def test_what_tells_the_range_of_a_models_inputs(tmp_path: Path, pixels: str) -> None:
    """Pixels say what they are, not what the model was trained with."""
    bare = tmp_path / "net.keras"
    floats = _npz(tmp_path / "floats.npz", np.random.default_rng(0).random((40, 3)))
    for name in (pixels, floats):
        data = load_data(name)
        assert not is_range_known(bare, data, model_tells=False)
        assert data.input_range in (range_warning(bare, data, model_tells=False) or "")
        assert range_warning(bare, data, model_tells=True) is None
        asked = load_data(name, options=DataOptions(scaling=Scaling.UNIT))
        assert is_range_known(bare, asked, model_tells=False)
        beside = _model(tmp_path / Path(name).stem, name, Scaling.AUTO)
        assert is_range_known(beside, load_for_model(name, beside, data.sample_shape), model_tells=False)
    assert is_range_known(bare, load_data("digits"), model_tells=False), "there is one scaling of them"
    of_floats = tmp_path / "floats" / "model.keras"
    assert not is_range_known(of_floats, load_for_model(pixels, of_floats, (4, 5, 3)), model_tells=False)
