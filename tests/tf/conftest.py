"""TensorFlow once for all tests of this folder, and small data and models to train."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data import DataSet, load_data
from core.jobs.context import JobContext
from core.jobs.events import Event, Partial, Progress
from core.models.deterministic import start_tensorflow

#: Keras 3 with NumPy 2: its variables' `__array__` lacks a keyword. Not ours to mend, and harmless.
_KERAS_WARNING = "ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(_KERAS_WARNING))


@pytest.fixture(scope="session", autouse=True)
def tensorflow() -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        start_tensorflow(0)


@pytest.fixture(scope="session")
def small_digits_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The digits at 14×14, 400 for training and 120 for testing, as a user's `.npz`."""
    data = load_data("digits")
    path = tmp_path_factory.mktemp("data") / "small.npz"
    np.savez(
        path,
        x_train=data.x_train[:400, ::2, ::2],
        y_train=data.y_train[:400],
        x_test=data.x_test[:120, ::2, ::2],
        y_test=data.y_test[:120],
    )
    return path


@pytest.fixture(scope="session")
def small_digits(small_digits_file: Path) -> DataSet:
    return load_data(small_digits_file)


def build_small(seed: int = 0) -> Any:
    """14×14×1 → conv 6 → pool → conv 8 → pool → dense 24 → dense 10, with names of its own."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((14, 14, 1), name="picture"),
            layers.Conv2D(6, 3, activation="relu", name="edges"),
            layers.MaxPooling2D(2, name="smaller"),
            layers.Conv2D(8, 3, activation="relu", name="shapes"),
            layers.MaxPooling2D(2, name="smallest"),
            layers.Flatten(name="flat"),
            layers.Dropout(0.1, name="forget"),
            layers.Dense(24, activation="relu", name="thoughts"),
            layers.Dense(10, activation="softmax", name="answer"),
        ],
        name="small",
    )


def build_branched(seed: int = 0) -> Any:
    """14×14×1 through batch norms, a residual sum, separable and depthwise convolutions, a concatenation."""
    import keras

    keras.utils.set_random_seed(seed)
    layers = keras.layers
    image = keras.Input((14, 14, 1), name="picture")
    stem = layers.Conv2D(8, 3, padding="same", use_bias=False, name="stem")(image)
    stem = layers.ReLU(name="stem_out")(layers.BatchNormalization(name="stem_norm")(stem))
    body = layers.SeparableConv2D(8, 3, padding="same", name="body")(stem)
    joined = layers.Add(name="joined")([layers.BatchNormalization(name="body_norm")(body), stem])
    joined = layers.MaxPooling2D(2, name="smaller")(layers.ReLU(name="joined_out")(joined))
    deep = layers.DepthwiseConv2D(3, padding="same", activation="relu", name="deep")(joined)
    both = layers.Concatenate(name="both")(
        [deep, layers.Conv2D(6, 1, activation="relu", name="side")(joined)]
    )
    mean = layers.GlobalAveragePooling2D(name="mean")(
        layers.Conv2D(16, 3, activation="relu", name="last")(both)
    )
    return keras.Model(image, layers.Dense(10, activation="softmax", name="answer")(mean), name="branched")


@pytest.fixture(scope="session")
def trained_small(tensorflow: None, small_digits: DataSet, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`build_small` trained well enough that losing accuracy shows."""
    from core.compress.finetune import train
    from core.recipe import Training

    model = build_small()
    train(model, small_digits, Training(epochs=12, batch_size=16, learning_rate=0.005), range(12), seed=0)
    path = tmp_path_factory.mktemp("model") / "small.keras"
    model.save(path)
    return path


@pytest.fixture
def params(trained_small: Path, small_digits_file: Path, tmp_path: Path) -> dict[str, Any]:
    """Of a job: `trained_small`, its data, and a folder that is not there yet."""
    return {"model": str(trained_small), "data": str(small_digits_file), "out": str(tmp_path / "out")}


class Watcher:
    """Collects a job's events, and cancels after so many of a kind."""

    def __init__(self, cancel_after: int | None = None) -> None:
        import threading

        self.events: list[Event] = []
        self.cancelled = threading.Event()
        self._cancel_after = cancel_after
        self.context = JobContext(self._take, self.cancelled)

    def _take(self, event: Event) -> None:
        self.events.append(event)
        if self._cancel_after is not None and len(self.partials()) >= self._cancel_after:
            self.cancelled.set()

    def partials(self) -> list[dict[str, Any]]:
        return [event.data for event in self.events if isinstance(event, Partial)]

    def fractions(self) -> list[float]:
        return [event.fraction for event in self.events if isinstance(event, Progress)]
