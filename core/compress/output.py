"""The folder that a run writes: everything beside first, then renamed in, its record last."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from core.errors import ThimbleError
from core.paths import cannot_write, output_dir
from core.work_folder import is_owned

_PREFIX = ".thimble-partial-"
RECORD = "run.json"
#: What every run writes, last of all its record; an interrupted one writes none of them.
_WRITTEN = ("model.keras", "model.tflite", "model.onnx", "recipe.toml")
#: Errors of a disk that takes no more.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class RunFolder:
    """A context manager: `partial` takes the files, `commit` renames them into `out`.

    However the block ends without a commit, `out` is as it was before; when that was for a full disk, the
    block raises ThimbleError ``cannot-write``. What a killed process left behind
    is removed when the next one starts.
    """

    def __init__(self, out: str | Path) -> None:
        self.out = Path(out)
        self.partial = self.out / f"{_PREFIX}{os.getpid()}"
        self._made: list[Path] = []

    def __enter__(self) -> RunFolder:
        """Raises ThimbleError ``cannot-write``, ``busy`` when another process is writing there, or
        ``would-overwrite`` for files there that are not of a run."""
        self._made = _missing_folders(self.out)
        _check_ours(self.out)
        try:
            output_dir(self.out)
            _remove_stale(self.out)
            self.partial.mkdir()
        except OSError as error:
            raise cannot_write(self.out, error) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.partial, ignore_errors=True)
        if kind is not None:
            for folder in reversed(self._made):
                if folder.is_dir() and not any(folder.iterdir()):
                    folder.rmdir()
        full = _full_disk(error)
        if full is not None:
            raise cannot_write(self.out, full) from error

    def commit(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Rename every file in, then `run.json`: the record with the SHA-256 of each file.

        Returns what was written, as it will be read. Raises ThimbleError ``cannot-write``.
        """
        try:
            files = sorted(path for path in self.partial.iterdir() if path.is_file())
            whole = {**record, "files": {path.name: _sha256(path) for path in files}}
            text = json.dumps(whole, indent=1, ensure_ascii=False)
            described = self.partial / RECORD
            described.write_text(text, encoding="utf-8")
            for path in (*files, described):
                os.replace(path, self.out / path.name)
        except OSError as error:
            raise cannot_write(self.out, error) from error
        written: dict[str, Any] = json.loads(text)
        return written


def _check_ours(out: Path) -> None:
    """A folder with a record, or with what an interrupted run left, is a run's and may be replaced; other
    files of these names are a person's."""
    if (out / RECORD).exists() or any(out.glob(".thimble-*")):
        return
    for name in _WRITTEN:
        if (out / name).exists():
            raise ThimbleError(
                "would-overwrite",
                f"{out / name} is there already, and {out} is not the folder of a run",
                "choose another folder, or move that file away",
            )


def _full_disk(error: BaseException | None) -> OSError | None:
    """What the system says when the error is, or tells of, a disk that takes no more; libraries add to it."""
    for cause in (error, error.__cause__ if isinstance(error, ThimbleError) else None):
        if isinstance(cause, OSError) and cause.errno in _NO_SPACE:
            return OSError(cause.errno, os.strerror(cause.errno))
    return None


def _missing_folders(folder: Path) -> list[Path]:
    """The folders that will have to be made, the outermost first."""
    chain = [folder, *folder.absolute().parents]
    return [path for path in chain if not path.exists()][::-1]


def _remove_stale(out: Path) -> None:
    for path in out.glob(f"{_PREFIX}*"):
        if _is_in_use(path):
            raise ThimbleError(
                "busy", f"another job is writing to {out}", "wait for it, or choose another folder"
            )
        shutil.rmtree(path)


def _is_in_use(partial: Path) -> bool:
    """Whether another process that made the folder still runs."""
    number = partial.name.removeprefix(_PREFIX)
    return number != str(os.getpid()) and is_owned(partial, number)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
