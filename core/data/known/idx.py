"""The IDX files of MNIST and Fashion-MNIST, as they are or compressed with gzip.

Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", the section on the file
formats: two zero bytes, the type (8: unsigned bytes), the number of dimensions, then each dimension as a
big-endian 32-bit number, then the bytes.
"""

from __future__ import annotations

import gzip
import math
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.data.known.known_set import KnownSet
from core.data.known.pixels import Pixels, broken, raw_of
from core.data.raw import RawData
from core.data.source import Request
from core.errors import ThimbleError

_FILES = {
    "training": ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    "test": ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
}
_UNSIGNED_BYTES = 8


@dataclass(frozen=True, slots=True)
class Idx:
    """A folder with the four files, each with or without `.gz`."""

    def is_at(self, path: Path) -> bool:
        return any(_file(path, name) for names in _FILES.values() for name in names)

    def is_whole_at(self, path: Path) -> bool:
        return all(_file(path, name) for names in _FILES.values() for name in names)

    def wanted(self, path: Path) -> str:
        names = ", ".join(f"{name}.gz" for names in _FILES.values() for name in names)
        return f"the folder {path} with {names} (unpacked ones too)"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        train, test = (_part(path, *names) for names in _FILES.values())
        return raw_of(path, known, train, test, request)


def _part(folder: Path, images: str, labels: str) -> Pixels:
    return Pixels(_array(folder, images, 3)[..., None], _array(folder, labels, 1))


def _file(folder: Path, name: str) -> Path | None:
    """The file of this name, however it is spelled and compressed, or None."""
    spellings = (name, name.replace("-idx", ".idx"))
    paths = (folder / f"{spelling}{ending}" for spelling in spellings for ending in ("", ".gz"))
    return next((path for path in paths if path.is_file()), None)


def _array(folder: Path, name: str, dimensions: int) -> npt.NDArray[np.uint8]:
    path = _file(folder, name)
    if path is None:
        raise ThimbleError(
            "missing-file", f"{folder} lacks {name}", f"put {name} or {name}.gz beside the other files"
        )
    return read_idx(path, dimensions)


def read_idx(path: Path, dimensions: int) -> npt.NDArray[np.uint8]:
    """The array of unsigned bytes in an IDX file, with that many dimensions.

    Raises ThimbleError ``bad-data``.
    """
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            content = file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise broken(path, "cannot be read") from error
    header = 4 + 4 * dimensions
    if len(content) < header or content[:4] != bytes((0, 0, _UNSIGNED_BYTES, dimensions)):
        raise broken(path, f"is not an IDX file of unsigned bytes with {dimensions} dimensions")
    shape = tuple(int(n) for n in np.frombuffer(content, ">u4", dimensions, 4))
    if math.prod(shape) != len(content) - header:
        raise broken(path, f"holds {len(content) - header} bytes, its header promises {math.prod(shape)}")
    array: npt.NDArray[Any] = np.frombuffer(content, np.uint8, offset=header)
    return array.reshape(shape)
