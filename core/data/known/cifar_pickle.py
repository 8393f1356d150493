"""The Python version of CIFAR-10 and CIFAR-100, which Keras downloads.

Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and its page: each batch
is a dictionary whose `data` are uint8 [count, 3072], 1,024 red, 1,024 green and 1,024 blue ones, row by row.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.data.known.known_set import KnownSet
from core.data.known.members import read_members
from core.data.known.pixels import Pixels, broken, raw_of
from core.data.known.plain_pickle import PickleError, read_plain_pickle
from core.data.known.planes import nhwc_of_planes
from core.data.raw import RawData
from core.data.source import Request


@dataclass(frozen=True, slots=True)
class CifarPickle:
    """A folder, or the archive it comes in, with these batches; `labels` is the key of the class numbers."""

    train: tuple[str, ...]
    test: tuple[str, ...]
    labels: str

    def is_at(self, path: Path) -> bool:
        return path.is_file() or any((path / name).is_file() for name in (*self.train, *self.test))

    def is_whole_at(self, path: Path) -> bool:
        return path.is_file() or all((path / name).is_file() for name in (*self.train, *self.test))

    def wanted(self, path: Path) -> str:
        kind = "file" if path.suffix == ".gz" else "folder"
        return f"the {kind} {path}"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        contents = read_members(path, (*self.train, *self.test))
        train, test = (
            _joined([self._batch(path / name, contents[name]) for name in names])
            for names in (self.train, self.test)
        )
        return raw_of(path, known, train, test, request)

    def _batch(self, path: Path, content: bytes) -> Pixels:
        try:
            batch = read_plain_pickle(content)
        except PickleError as error:
            raise broken(path, f"cannot be read: {error}") from error
        data, labels = _item(batch, "data"), _item(batch, self.labels)
        if not isinstance(data, np.ndarray) or not _are_numbers(labels):
            raise broken(path, f"lacks 'data' or {self.labels!r}")
        images = nhwc_of_planes(data)
        if images is None or len(images) != len(labels):
            raise broken(path, f"has data of {data.shape} {data.dtype} and {len(labels)} labels")
        return Pixels(images, np.asarray(labels, np.int64))


def _item(batch: Any, key: str) -> Any:
    """What lies under a key, which Python 2 wrote as bytes."""
    return batch.get(key.encode(), batch.get(key)) if isinstance(batch, dict) else None


def _are_numbers(labels: Any) -> bool:
    return isinstance(labels, list) and all(type(n) is int and 0 <= n < 1000 for n in labels)


def _joined(batches: list[Pixels]) -> Pixels:
    return Pixels(np.concatenate([b.images for b in batches]), np.concatenate([b.labels for b in batches]))
