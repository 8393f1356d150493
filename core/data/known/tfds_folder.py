"""Known sets as TensorFlow Datasets prepares them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.data.known.known_set import KnownSet
from core.data.known.pixels import shaped
from core.data.raw import RawData
from core.data.source import Request
from core.data.tfds.prepared import prepared_folder, read_prepared
from core.errors import ThimbleError


@dataclass(frozen=True, slots=True)
class TfdsPrepared:
    """The folder NAME of a set, with its versions; classes are numbered as there."""

    def is_at(self, path: Path) -> bool:
        return path.is_dir() and prepared_folder(path) is not None

    def is_whole_at(self, path: Path) -> bool:
        return self.is_at(path)

    def wanted(self, path: Path) -> str:
        return f"the folder {path} that TensorFlow Datasets has prepared"

    def read(self, path: Path, known: KnownSet, request: Request) -> RawData:
        folder = prepared_folder(path)
        if folder is None:
            raise ThimbleError("missing-file", f"there are no TFRecord files in {path}", "prepare it again")
        raw = read_prepared(folder, known.id, known.class_names, known.shape, request)
        return shaped(raw, known.shape, request.shape)
