"""The folder that a run writes: everything beside first, then the old files out, the new ones in, and their
record last."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from core.compress.run_files import RECORD, RUN_FILES
from core.errors import ThimbleError
from core.paths import cannot_write, output_dir
from core.work_folder import is_owned

_PREFIX = ".thimble-partial-"
#: Inside it: where the files of an earlier run wait until the new ones are in their places.
_REPLACED = "replaced"
#: Errors of a disk that takes no more.
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


class RunFolder:
    """A context manager: `partial` takes the files, `commit` renames them into `out`.

    However the block ends without a commit, `out` is as it was before; when that was for a full disk, the
    block raises ThimbleError ``cannot-write``. What a killed process left behind
    is removed when the next one starts. `model` is what the run begins with, which it must not replace.
    """

    def __init__(self, out: str | Path, model: str | Path | None = None) -> None:
        self.out = Path(out)
        self._model = None if model is None else Path(model)
        self.partial = self.out / f"{_PREFIX}{os.getpid()}"
        self._made: list[Path] = []

    def __enter__(self) -> RunFolder:
        """Raises ThimbleError ``cannot-write``, ``busy`` when another process is writing there, or
        ``would-overwrite`` for files there that are not of a run, and for the model itself."""
        self._made = _missing_folders(self.out)
        if self._model is not None:
            _check_model_stays(self._model, self.out)
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
        """Take out all that an earlier run wrote, rename every file in, then `run.json`: the record with the
        SHA-256 of each file.

        Returns what was written, as it will be read. A process that is killed here leaves no record; the next
        run there begins with the files of before. Raises ThimbleError ``cannot-write``; the folder is then as
        it was.
        """
        try:
            files = sorted(path for path in self.partial.iterdir() if path.is_file())
            unknown = {path.name for path in files} - set(RUN_FILES)
            if unknown:
                raise ValueError(f"a run writes {', '.join(RUN_FILES)}, not {', '.join(sorted(unknown))}")
            whole = {**record, "files": {path.name: _sha256(path) for path in files}}
            text = json.dumps(whole, indent=1, ensure_ascii=False)
            (self.partial / RECORD).write_text(text, encoding="utf-8")
            self._put([path.name for path in files])
        except OSError as error:
            raise cannot_write(self.out, error) from error
        written: dict[str, Any] = json.loads(text)
        return written

    def _put(self, names: Sequence[str]) -> None:
        """The files of these names and the record in place of those of an earlier run."""
        aside = self.partial / _REPLACED
        aside.mkdir()
        try:
            for name in (RECORD, *RUN_FILES):
                if (self.out / name).exists():
                    os.replace(self.out / name, aside / name)
            for name in (*names, RECORD):
                os.replace(self.partial / name, self.out / name)
        except OSError:
            _take_back(self.partial, self.out)
            raise


def _take_back(partial: Path, out: Path) -> None:
    """Undo a commit that was cut off: the new files go back, those of the earlier run too, their record last.

    May be cut off itself and begun again. Nothing happens where the commit had not begun, or was complete.
    """
    aside, record = partial / _REPLACED, partial / RECORD
    if not aside.is_dir() or not record.is_file():
        return
    for name in json.loads(record.read_text(encoding="utf-8"))["files"]:
        if not (partial / name).exists():
            os.replace(out / name, partial / name)
    for name in (*RUN_FILES, RECORD):
        if (aside / name).exists():
            os.replace(aside / name, out / name)


def _check_model_stays(model: Path, out: Path) -> None:
    """A run takes out what an earlier one wrote: the model that it begins with must not be among that."""
    place = model.resolve()
    if place == out.resolve() or (place.parent == out.resolve() and model.name in RUN_FILES):
        raise ThimbleError(
            "would-overwrite",
            f"{model} is the model to be compressed, and the results would take its place",
            "choose another folder for the results",
        )


def _check_ours(out: Path) -> None:
    """A folder with a record, or with what an interrupted run left, is a run's and may be replaced; other
    files of these names are a person's."""
    if (out / RECORD).exists() or any(out.glob(".thimble-*")):
        return
    for name in RUN_FILES:
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
        _take_back(path, out)
        shutil.rmtree(path)


def _is_in_use(partial: Path) -> bool:
    """Whether another process that made the folder still runs."""
    number = partial.name.removeprefix(_PREFIX)
    return number != str(os.getpid()) and is_owned(partial, number)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
