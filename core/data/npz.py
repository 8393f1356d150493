"""Arrays in a NumPy archive."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.archive import open_arrays
from core.data.raw import RawData, RawPart
from core.data.samples import Watch, chunks
from core.data.scaling import PIXELS
from core.data.source import Request, SampleShape
from core.errors import ThimbleError
from core.recipe import Scaling

KEYS = ("x_train", "y_train", "x_test", "y_test")
_BYTE = np.dtype(np.uint8)
_LOWER_HALF = 127
_HINT = f"the file must hold the arrays {', '.join(KEYS)}"


class Npz:
    """An `.npz` with x_train, y_train, x_test, y_test and, if wanted, class_names.

    Samples are [count, …]: images [count, height, width, channels] or, in one channel, [count, height,
    width]. Floats are taken as they are; 8-bit integers, and wider ones that use the upper half of 0…255 and
    nothing else, are pixels and are scaled to 0…1. Labels are class numbers or one-hot.
    """

    id = "npz"
    about = "a NumPy archive with x_train, y_train, x_test and y_test"

    def accepts(self, name_or_path: str) -> bool:
        return name_or_path.lower().endswith(".npz")

    def read(self, name_or_path: str, request: Request) -> RawData:
        arrays = open_arrays(Path(name_or_path), KEYS, request.watch)
        samples = [arrays[f"x_{part}"] for part in ("train", "test")]
        are_pixels = _are_pixels(samples, request.watch)
        kinds = {array.dtype for array in samples}
        if not are_pixels and _BYTE in kinds:
            raise ThimbleError(
                "bad-data",
                f"of the samples in {name_or_path} one part is 8-bit pixels, the other"
                f" {(kinds - {_BYTE}).pop()}",
                "save both in the same type and range",
            )
        train, test = (
            RawPart(
                _samples(arrays[f"x_{part}"], name_or_path, request.shape),
                _labels(arrays[f"y_{part}"], name_or_path),
            )
            for part in ("train", "test")
        )
        names = tuple(str(n) for n in arrays["class_names"]) if "class_names" in arrays else ()
        name = Path(name_or_path).name
        if are_pixels:
            return RawData(name, train, test, names, PIXELS, Scaling.UNIT)
        return RawData(name, train, test, names, None)


def _are_pixels(parts: Sequence[npt.NDArray[Any]], watch: Watch) -> bool:
    """Whether all are 8-bit numbers, or hold what those can hold: whole numbers, to beyond 127 and not beyond
    255. Smaller ones may be counts, or 0 and 1."""
    wide = [array for array in parts if array.dtype != _BYTE]
    if not wide or any(array.dtype.kind not in "iu" for array in wide):
        return not wide
    low, high = 0, _LOWER_HALF
    for array in wide:
        for _, chunk in chunks(array, watch) if array.size else ():
            low, high = min(low, int(chunk.min())), max(high, int(chunk.max()))
    return low >= 0 and _LOWER_HALF < high <= PIXELS.high


def _samples(raw: npt.NDArray[Any], path: str, shape: SampleShape | None) -> npt.NDArray[Any]:
    """Real numbers; a channel is added to grey images, unless the model wants samples without one."""
    if raw.dtype.kind not in "fiub":
        raise ThimbleError("bad-data", f"the samples in {path} are not numbers ({raw.dtype})", _HINT)
    is_grey = raw.ndim == 3 and (shape is None or len(shape) == 3)
    return raw[..., None] if is_grey else raw


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
