"""The archive in which Keras keeps MNIST: grey 8-bit images without a channel, and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.archive import open_arrays
from core.data.known.known_set import KnownSet
from core.data.known.pixels import Pixels, raw_of
from core.data.npz import KEYS
from core.data.raw import RawData
from core.data.source import Request


@dataclass(frozen=True, slots=True)
class KerasNpz:
    """A NumPy archive with x_train, y_train, x_test and y_test. Arrays of objects are refused."""

    def is_at(self, path: Path) -> bool:
        return path.is_file()

    def is_whole_at(self, path: Path) -> bool:
        return self.is_at(path)

    def wanted(self, path: Path) -> str:
        return f"the file {path} of Keras"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        arrays = open_arrays(path, KEYS, request.watch)
        train, test = (
            Pixels(arrays[f"x_{part}"][..., None], arrays[f"y_{part}"]) for part in ("train", "test")
        )
        return raw_of(path, known, train, test, request)
