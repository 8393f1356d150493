"""Files that lie in a folder, or in the `.tar.gz` in which they are published."""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from core.data.known.pixels import broken
from core.errors import ThimbleError

#: The largest published file has 155 MB; what is far larger is not one of them.
_LARGEST_BYTES = 400_000_000


def read_members(path: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The contents of the named files in a folder, or anywhere in a tar archive. Nothing is unpacked to disk.

    Raises ThimbleError ``missing-file`` or ``bad-data``.
    """
    try:
        found = _in_folder(path, names) if path.is_dir() else _in_archive(path, names)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise broken(path, "cannot be read") from error
    for name in names:
        if name not in found:
            raise ThimbleError(
                "missing-file", f"{path} lacks {name}", "take the whole set as it is published"
            )
    return found


def _in_folder(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def _in_archive(path: Path, names: Sequence[str]) -> dict[str, bytes]:
    found = {}
    with tarfile.open(path) as archive:
        for member in archive:
            name = PurePosixPath(member.name).name
            if name not in names or not member.isfile():
                continue
            if member.size > _LARGEST_BYTES:
                raise broken(path, f"holds a {name} of {member.size:,} bytes")
            content = archive.extractfile(member)
            if content is not None:
                found[name] = content.read()
    return found
