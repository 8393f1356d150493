"""The binary version of CIFAR-10 and CIFAR-100, which TensorFlow Datasets downloads.

Each record is the label bytes (one for CIFAR-10; the coarse and the fine class for CIFAR-100), then the image
in colour planes. Source: as for `cifar_pickle`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.data.known.known_set import KnownSet
from core.data.known.members import read_members
from core.data.known.pixels import Pixels, broken, raw_of
from core.data.known.planes import IMAGE_BYTES, nhwc_of_planes
from core.data.raw import RawData
from core.data.source import Request


@dataclass(frozen=True, slots=True)
class CifarBinary:
    """A folder, or the archive it comes in, with these files; the last of `label_bytes` is the class."""

    train: tuple[str, ...]
    test: tuple[str, ...]
    label_bytes: int

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
            self._part(path, {name: contents[name] for name in names}) for names in (self.train, self.test)
        )
        return raw_of(path, known, train, test, request)

    def _part(self, path: Path, contents: dict[str, bytes]) -> Pixels:
        record_bytes = self.label_bytes + IMAGE_BYTES
        for name, content in contents.items():
            if len(content) % record_bytes:
                raise broken(path / name, f"has {len(content)} bytes, not records of {record_bytes}")
        records = np.frombuffer(b"".join(contents.values()), np.uint8).reshape(-1, record_bytes)
        images = nhwc_of_planes(records[:, self.label_bytes :])
        if images is None:
            raise broken(path, "does not hold images")
        return Pixels(images, records[:, self.label_bytes - 1])
