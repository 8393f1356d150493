"""Where things are: what Thimble ships with, and the user's own folders. The one place that knows."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import platformdirs

from core.errors import ThimbleError

_PROJECT = Path(__file__).resolve().parents[1]


def resources_dir() -> Path:
    """Sample models, preset recipes, icons and translations, shipped with the program."""
    return _PROJECT / "resources"


def cache_dir() -> Path:
    """The user's cache folder (logs, the compiler's cache), made when it is missing.

    This and the two below raise ThimbleError ``cannot-write``.
    """
    return _made(Path(platformdirs.user_cache_dir("thimble", appauthor=False)))


def settings_dir() -> Path:
    """The user's settings folder, made when it is missing."""
    return _made(Path(platformdirs.user_config_dir("thimble", appauthor=False)))


def data_dir() -> Path:
    """The user's data folder (known data sets, unsaved work), made when it is missing."""
    return _made(Path(platformdirs.user_data_dir("thimble", appauthor=False)))


def datasets_dir() -> Path:
    """The folder of known data sets: what THIMBLE_DATA names, or `datasets` in the user's data folder.

    Raises ThimbleError ``missing-file`` when THIMBLE_DATA names no folder.
    """
    named = os.environ.get("THIMBLE_DATA", "")
    if not named:
        return _made(data_dir() / "datasets")
    folder = Path(named).expanduser()
    if not folder.is_dir():
        raise ThimbleError(
            "missing-file",
            f"THIMBLE_DATA is {named}, which is not a folder",
            "let it name the folder of your data sets, or remove it",
        )
    return folder


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


def output_dir(folder: Path) -> Path:
    """`folder`, made when it is missing and known to be writable.

    Raises ThimbleError ``cannot-write`` when it cannot be made or written to, before any work is done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise cannot_write(folder, error) from error
    return folder


@contextlib.contextmanager
def new_output_dir(folder: Path) -> Iterator[Path]:
    """`output_dir` for a block: when it fails, folders made for it that are still empty go again."""
    made = [path for path in (folder, *folder.absolute().parents) if not path.exists()]
    try:
        yield output_dir(folder)
    except BaseException:
        for path in made:
            with contextlib.suppress(OSError):  # not empty, or never made
                path.rmdir()
        raise


def write_atomically(path: Path, content: str | bytes) -> None:
    """Write a file beside `path` and rename it in: a crash leaves what was there.

    Raises ThimbleError ``cannot-write``.
    """
    write_all_or_nothing({path: content})


def write_all_or_nothing(contents: Mapping[Path, str | bytes]) -> None:
    """`write_atomically` for several files: when one cannot be written, none is.

    Raises ThimbleError ``cannot-write``.
    """
    beside = {path: path.with_name(f".{path.name}.{os.getpid()}.part") for path in contents}
    path = Path()
    try:
        for path, content in contents.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "it is a folder")
            beside[path].write_bytes(content.encode() if isinstance(content, str) else content)
        for path, part in beside.items():
            part.replace(path)
    except OSError as error:
        raise cannot_write(path, error) from error
    finally:
        for part in beside.values():
            _remove(part)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:  # its folder is not one: there is nothing to remove
        return


def cannot_write(path: Path, error: OSError) -> ThimbleError:
    """The words for a file or folder that cannot be written."""
    reason = error.strerror or type(error).__name__
    return ThimbleError(
        "cannot-write",
        f"cannot write {path}: {reason}",
        "choose a folder that you may write to, on a disk with free space",
    )


def file_hash(path: Path) -> str:
    """SHA-256 of a file. Raises ThimbleError ``missing-file``."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ThimbleError("missing-file", f"cannot read {path}: {error}", "check the path") from error
