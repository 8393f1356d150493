"""Models of other formats, written once into the user's cache so that they are read without TensorFlow.

The place follows from the contents and from what lies beside the model about its inputs: an unchanged file is
never converted twice, a changed one always.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from core.data.preprocessing import preprocessing_beside
from core.models.formats import Form
from core.paths import cache_dir

#: Counted up when the same file would now become another one.
_VERSION = 2


def imported_file(model: Path, form: Form, allow_unsafe: bool = False) -> Path:
    """Where `model` (a file or a folder) stands in this form once the task ``import-model`` has written it.

    The file has the model's name in a folder of its own. Raises ThimbleError ``cannot-write`` without a
    cache, and OSError for a model that cannot be read.
    """
    digest = hashlib.sha256(f"{_VERSION} {form.value} {allow_unsafe}\n".encode())
    stored = preprocessing_beside(model)
    digest.update(hashlib.sha256(stored.read_bytes() if stored else b"").digest())
    for part in _contents(model):
        digest.update(part)
    return cache_dir() / "models" / digest.hexdigest()[:32] / f"{model.stem or 'model'}{form.value}"


def _contents(model: Path) -> Iterator[bytes]:
    """The bytes of the file, or the names and bytes of all files in the folder."""
    if model.is_file():
        yield from _chunks(model)
        return
    for path in sorted(model.rglob("*")):
        if path.is_file():
            yield f"{path.relative_to(model).as_posix()} {path.stat().st_size}\n".encode()
            yield from _chunks(path)


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            yield chunk
