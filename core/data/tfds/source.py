"""A folder of TensorFlow Datasets, by its path."""

from __future__ import annotations

from pathlib import Path

from core.data.raw import RawData
from core.data.source import Request
from core.data.tfds.prepared import prepared_folder, read_prepared


class TfdsFolder:
    """Pictures with classes that TensorFlow Datasets has prepared: the folder, or one of its versions."""

    id = "prepared set"
    about = "a folder that TensorFlow Datasets has prepared, as TFRecord"

    def accepts(self, name_or_path: str) -> bool:
        path = Path(name_or_path)
        return path.is_dir() and prepared_folder(path) is not None

    def read(self, name_or_path: str, request: Request) -> RawData:
        path = Path(name_or_path)
        folder = prepared_folder(path)
        if folder is None:
            raise ValueError(f"{path} is not a prepared folder: ask `accepts` first")
        return read_prepared(folder, path.name or path.resolve().name, (), None, request)
