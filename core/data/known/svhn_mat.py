"""The cropped digits of SVHN, in MATLAB files.

Source: Y. Netzer et al., "Reading Digits in Natural Images with Unsupervised Feature Learning", 2011, and its
page: `X` is uint8 [32, 32, 3, count], `y` the classes 1 to 10, where 10 is the digit 0.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.known.known_set import KnownSet
from core.data.known.pixels import Pixels, broken, raw_of
from core.data.raw import RawData
from core.data.source import Request
from core.errors import ThimbleError

_TRAIN, _TEST = "train_32x32.mat", "test_32x32.mat"
_ZERO = 10
#: Whatever SciPy raises for bytes that are not a MATLAB file, or one of another version.
_BROKEN = (
    OSError, EOFError, ValueError, TypeError, KeyError, IndexError, AttributeError, NotImplementedError,
    OverflowError, MemoryError, UnicodeDecodeError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SvhnMat:
    """A folder with train_32x32.mat and test_32x32.mat."""

    def is_at(self, path: Path) -> bool:
        return any((path / name).is_file() for name in (_TRAIN, _TEST))

    def is_whole_at(self, path: Path) -> bool:
        return all((path / name).is_file() for name in (_TRAIN, _TEST))

    def wanted(self, path: Path) -> str:
        return f"the folder {path} with {_TRAIN} and {_TEST}"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        return raw_of(path, known, _part(path / _TRAIN), _part(path / _TEST), request)


def _part(path: Path) -> Pixels:
    if not path.is_file():
        raise ThimbleError("missing-file", f"there is no {path}", f"put {path.name} beside the other file")
    arrays = _read(path)
    if not all(isinstance(arrays.get(name), np.ndarray) for name in ("X", "y")):
        raise broken(path, "lacks the arrays X and y")
    images, labels = arrays["X"], arrays["y"].reshape(-1)
    if images.ndim != 4 or labels.dtype.kind not in "iu":
        raise broken(path, f"has images of {images.shape} and labels of {labels.dtype}")
    if len(labels) and (labels.min() < 1 or labels.max() > _ZERO):
        raise broken(path, f"has labels from {labels.min()} to {labels.max()}, not 1 to {_ZERO}")
    return Pixels(images.transpose(3, 0, 1, 2), labels.astype(np.int64) % _ZERO)


def _read(path: Path) -> dict[str, Any]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        found: dict[str, Any] = loadmat(path, variable_names=("X", "y"), mat_dtype=False)
    except (*_BROKEN, MatReadError) as error:
        raise broken(path, "is not a MATLAB file that can be read") from error
    return found
