"""The archive in which Keras keeps MNIST: grey 8-bit images without a channel, and their labels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.dataset import DataSet
from core.data.known.known_set import KnownSet
from core.data.known.pixels import Pixels, dataset_of
from core.data.npz import read_archive
from core.data.source import SampleShape


@dataclass(frozen=True, slots=True)
class KerasNpz:
    """A NumPy archive with x_train, y_train, x_test and y_test. Arrays of objects are refused."""

    def is_at(self, path: Path) -> bool:
        return path.is_file()

    def wanted(self, path: Path) -> str:
        return f"the file {path} of Keras"

    def load(self, path: Path, known: KnownSet, shape: SampleShape | None) -> DataSet:
        arrays = read_archive(path)
        train, test = (
            Pixels(arrays[f"x_{part}"][..., None], arrays[f"y_{part}"]) for part in ("train", "test")
        )
        return dataset_of(path, known, train, test, shape)
