"""Folders for the time of a process, in the user's cache; what killed processes left there is removed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil

from core.paths import cache_dir, cannot_write


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """An empty folder that is gone after the block. Raises ThimbleError ``cannot-write``."""
    folder = new_work_folder()
    try:
        yield folder
    finally:
        remove_work_folder(folder)


def new_work_folder() -> Path:
    """An empty folder of this process: `remove_work_folder` takes it away, and what that leaves goes when
    another is made after this process has ended. Raises ThimbleError ``cannot-write``."""
    parent = cache_dir() / "work"
    try:
        parent.mkdir(exist_ok=True)
        remove_stale(parent)
        return Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=parent))
    except OSError as error:
        raise cannot_write(parent, error) from error


def remove_work_folder(folder: Path) -> None:
    """Remove it with what is in it. Files that another process has open may stay, on Windows."""
    shutil.rmtree(folder, ignore_errors=True)


def remove_stale(parent: Path) -> None:
    """Remove the folders in `parent` whose process is gone; their names begin with its number and ``-``."""
    for folder in parent.iterdir():
        if not is_owned(folder, folder.name.partition("-")[0]):
            shutil.rmtree(folder, ignore_errors=True)


def is_owned(folder: Path, number: str) -> bool:
    """Whether the process with this number runs and is the one that made the folder.

    A process that is younger than the folder has only inherited the number.
    """
    if not number.isdigit():
        return False
    try:
        return bool(psutil.Process(int(number)).create_time() <= folder.stat().st_mtime)
    except (psutil.NoSuchProcess, FileNotFoundError):
        return False
    except psutil.AccessDenied:  # it runs, as somebody else
        return True
