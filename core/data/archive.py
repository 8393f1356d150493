"""The arrays of an `.npz`: in memory when they are small, else mapped from where they lie on the disk."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
import numpy.typing as npt

from core.data.samples import Watch, fits_memory
from core.errors import ThimbleError
from core.paths import cache_dir, cannot_write

#: What NumPy and zipfile raise for bytes that are no archive of arrays.
_BROKEN = (
    ValueError, TypeError, OSError, zipfile.BadZipFile, EOFError, NotImplementedError, KeyError, MemoryError,
)  # fmt: skip
_ENDING = ".npy"
_COPY_BYTES = 4_000_000
#: Unpacked archives that are kept; older ones are removed when another is unpacked.
_MOST_UNPACKED = 2
#: Bytes of a zip entry's own header: where the lengths of its name and extra field stand, and its end.
_LENGTHS_AT, _HEADER_BYTES = 26, 30


@dataclass(frozen=True, slots=True)
class _Member:
    """An array in the archive: what its header promises, and the bytes of that header."""

    entry: zipfile.ZipInfo
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype[Any]
    header_bytes: int


def open_arrays(path: Path, needed: Sequence[str], watch: Watch) -> dict[str, npt.NDArray[Any]]:
    """The arrays in an archive, those `needed` among them. Arrays of objects are refused.

    When the samples (what is named ``x_…``) are larger than the budget for
    memory, they come as read-only memory maps: of the file itself where they lie uncompressed, else of
    copies that are unpacked into the user's cache folder once, which `watch` follows in bytes. Raises
    ThimbleError ``missing-file``, ``bad-data`` or ``cannot-write``.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {
                entry.filename.removesuffix(_ENDING): _member(archive, entry)
                for entry in archive.infolist()
                if entry.filename.endswith(_ENDING)
            }
            _check_names(path, members, needed)
            large = [name for name in members if name.startswith("x_")]
            if fits_memory([members[name].shape for name in large]):
                large = []
            arrays = {name: _whole(archive, members[name]) for name in members if name not in large}
            mapped = _mapped(path, archive, {name: members[name] for name in large}, watch)
    except FileNotFoundError:
        raise ThimbleError("missing-file", f"there is no file {path}", "check the path") from None
    except _BROKEN as error:
        raise ThimbleError(
            "bad-data",
            f"{path} is not a NumPy archive that can be read",
            f"the file must hold the arrays {', '.join(needed)}",
        ) from error
    return {**arrays, **mapped}


def _check_names(path: Path, members: dict[str, _Member], needed: Sequence[str]) -> None:
    missing = [name for name in needed if name not in members]
    if missing:
        there = ", ".join(members) or "nothing"
        raise ThimbleError(
            "bad-data",
            f"{path} lacks {', '.join(missing)} (it holds {there})",
            f"the file must hold the arrays {', '.join(needed)}",
        )


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> _Member:
    with archive.open(entry) as file:
        shape, fortran, dtype = _header(file)
        header_bytes = file.tell()
    if dtype.hasobject:
        raise ValueError(f"{entry.filename} holds objects")
    if header_bytes + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize != entry.file_size:
        raise ValueError(f"{entry.filename} is cut off")
    return _Member(entry, shape, fortran, dtype, header_bytes)


def _header(file: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    readers = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in readers:
        raise ValueError(f"version {version} of .npy")
    return readers[version](file)


def _whole(archive: zipfile.ZipFile, member: _Member) -> npt.NDArray[Any]:
    with archive.open(member.entry) as file:
        array: npt.NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    return array


def _mapped(
    path: Path, archive: zipfile.ZipFile, members: dict[str, _Member], watch: Watch
) -> dict[str, npt.NDArray[Any]]:
    packed = [m for m in members.values() if m.entry.compress_type != zipfile.ZIP_STORED]
    folder = _unpacked(path, archive, packed, watch) if packed else path
    arrays: dict[str, npt.NDArray[Any]] = {}
    for name, member in members.items():
        if member in packed:
            file, start = folder / _unpacked_name(packed.index(member)), member.header_bytes
        else:
            file, start = path, _start(path, member.entry) + member.header_bytes
        order: Literal["C", "F"] = "F" if member.fortran else "C"
        arrays[name] = np.memmap(file, member.dtype, "r", start, member.shape, order)
    return arrays


def _start(path: Path, entry: zipfile.ZipInfo) -> int:
    """Where the content of an entry begins in the archive."""
    with path.open("rb") as file:
        file.seek(entry.header_offset + _LENGTHS_AT)
        lengths = [int.from_bytes(file.read(2), "little") for _ in range(2)]
    return entry.header_offset + _HEADER_BYTES + sum(lengths)


def _unpacked(path: Path, archive: zipfile.ZipFile, packed: list[_Member], watch: Watch) -> Path:
    """The folder in the cache with the packed members as files; made when it is not there yet."""
    state = path.stat()
    key = f"{path.resolve()}\n{state.st_size}\n{state.st_mtime_ns}\n{_unpacked_name(0)}"
    parent = cache_dir() / "unpacked"
    folder = parent / hashlib.sha256(key.encode()).hexdigest()[:24]
    partial = parent / f".{folder.name}.{os.getpid()}"
    try:
        if folder.is_dir():
            os.utime(folder)
            return folder
        partial.mkdir(parents=True, exist_ok=True)
        _remove_old(parent)
        _check_space(partial, sum(m.entry.file_size for m in packed))
        _unpack(archive, packed, partial, watch)
        partial.replace(folder)
    except OSError as error:
        raise cannot_write(folder, error) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _check_space(folder: Path, needed_bytes: int) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise ThimbleError(
            "cannot-write",
            f"the compressed arrays take {needed_bytes / 1e9:.1f} GB in {folder.parent},"
            f" {free_bytes / 1e9:.1f} GB are free",
            "save them uncompressed with numpy.savez: then they are read where they lie",
        )


def _unpack(archive: zipfile.ZipFile, packed: list[_Member], folder: Path, watch: Watch) -> None:
    total, done = sum(m.entry.file_size for m in packed), 0
    for number, member in enumerate(packed):
        with archive.open(member.entry) as source, (folder / _unpacked_name(number)).open("wb") as target:
            while piece := source.read(_COPY_BYTES):
                target.write(piece)
                done += len(piece)
                watch(done, total)


def _unpacked_name(number: int) -> str:
    """Not the name in the archive: on Windows that may lead out of the folder."""
    return f"{number}{_ENDING}"


def _remove_old(parent: Path) -> None:
    """Make room: a folder that another process reads may resist, or lives on until it is closed."""
    with contextlib.suppress(OSError):
        there = sorted(
            (p for p in parent.iterdir() if not p.name.startswith(".")), key=lambda p: p.stat().st_mtime
        )
        for folder in there[: max(len(there) - _MOST_UNPACKED + 1, 0)]:
            shutil.rmtree(folder, ignore_errors=True)
