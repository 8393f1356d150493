"""Arrays in a NumPy archive."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.dataset import DataSet, make_dataset
from core.data.source import SampleShape
from core.errors import ThimbleError

_KEYS = ("x_train", "y_train", "x_test", "y_test")
_HINT = f"the file must hold the arrays {', '.join(_KEYS)}"


class Npz:
    """An `.npz` with x_train, y_train, x_test, y_test and, if wanted, class_names.

    Samples are [count, …]: images [count, height, width, channels] or, in one channel, [count, height,
    width]. Floats are taken as they are; 8-bit integers are pixels and are scaled to 0…1. Labels are class
    numbers or one-hot.
    """

    id = "npz"
    about = "a NumPy archive with x_train, y_train, x_test and y_test"

    def accepts(self, name_or_path: str) -> bool:
        return name_or_path.lower().endswith(".npz")

    def load(self, name_or_path: str, shape: SampleShape | None) -> DataSet:
        arrays = read_archive(Path(name_or_path))
        pixels = arrays["x_train"].dtype == np.uint8
        images = {part: _samples(arrays[f"x_{part}"], name_or_path, shape) for part in ("train", "test")}
        labels = {part: _labels(arrays[f"y_{part}"], name_or_path) for part in ("train", "test")}
        names = [str(n) for n in arrays["class_names"]] if "class_names" in arrays else []
        return make_dataset(
            Path(name_or_path).name,
            (images["train"], labels["train"]),
            (images["test"], labels["test"]),
            names,
            "0…1 (8-bit pixels scaled)" if pixels else "as in the file",
        )


def read_archive(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The arrays in an archive, x_train, y_train, x_test and y_test among them. Objects are refused.

    Raises ThimbleError ``missing-file`` or ``bad-data``.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no file {path}", "check the path") from None
    except (ValueError, TypeError, OSError, zipfile.BadZipFile, EOFError) as error:
        raise ThimbleError("bad-data", f"{path} is not a NumPy archive that can be read", _HINT) from error
    missing = [name for name in _KEYS if name not in arrays]
    if missing:
        there = ", ".join(arrays) or "nothing"
        raise ThimbleError("bad-data", f"{path} lacks {', '.join(missing)} (it holds {there})", _HINT)
    return arrays


def _samples(raw: npt.NDArray[Any], path: str, shape: SampleShape | None) -> npt.NDArray[np.float32]:
    """Real numbers; a channel is added to grey images, unless the model wants samples without one."""
    if raw.dtype.kind not in "fiub":
        raise ThimbleError("bad-data", f"the samples in {path} are not numbers ({raw.dtype})", _HINT)
    samples = raw.astype(np.float32)
    if raw.dtype == np.uint8:
        samples /= 255.0
    is_grey = samples.ndim == 3 and (shape is None or len(shape) == 3)
    return samples[..., None] if is_grey else samples


def _labels(raw: npt.NDArray[Any], path: str) -> npt.NDArray[np.int64]:
    if raw.dtype.kind not in "fiub":
        raise ThimbleError("bad-data", f"the labels in {path} are not numbers ({raw.dtype})", _HINT)
    if raw.ndim == 2 and raw.shape[1] > 1:
        return np.asarray(raw.argmax(axis=1), np.int64)
    flat = raw.reshape(-1)
    if not np.all(np.isfinite(flat)):
        raise ThimbleError("bad-data", f"the labels in {path} contain values that are not numbers", _HINT)
    labels = np.asarray(flat, np.int64)
    if not np.array_equal(labels, flat):
        raise ThimbleError("bad-data", f"the labels in {path} are not whole numbers", _HINT)
    return labels
