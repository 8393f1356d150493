"""Where a known set is published, and how what is published becomes the files that are read."""

from __future__ import annotations

import json
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from core.download import OnBytes, Wanted, check_space, fetch
from core.errors import ThimbleError
from core.paths import cannot_write, write_atomically

#: In the data folder: the checksums of files for which none is published, by their addresses.
CHECKSUMS = "checksums.json"


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file and its `place` in the data folder.

    With `unpack` it is an archive whose members below that folder (`""`: all of them) go to `place`, and
    which is removed then.
    """

    wanted: Wanted
    place: str
    unpack: str | None = None

    def is_in(self, root: Path) -> bool:
        """Whether it has come into the data folder `root`: an empty folder is nothing yet."""
        place = root / self.place
        with suppress(OSError):
            return any(place.iterdir()) if place.is_dir() else place.exists()
        return True


@dataclass(frozen=True, slots=True)
class Downloaded:
    """`checksum_known`: whether a published checksum was compared, or only one that was kept before."""

    path: Path
    url: str
    sha256: str
    checksum_known: bool


def download(file: PublishedFile, root: Path, on_bytes: OnBytes) -> Downloaded:
    """Bring a file into the data folder `root`. Raises ThimbleError as `fetch` does, and ``bad-download``."""
    place, known = root / file.place, file.wanted.sha256 is not None
    kept = _kept(root)
    wanted = file.wanted if known else replace(file.wanted, sha256=kept.get(file.wanted.url))
    target = place if file.unpack is None else place.with_name(PurePosixPath(wanted.url).name)
    digest = fetch(wanted, target, on_bytes)
    if file.unpack is not None:
        _unpack(target, place, file.unpack, lambda: on_bytes(wanted.size_bytes or 0, wanted.size_bytes or 0))
        target.unlink()
    if (
        wanted.sha256 is None
    ):  # not before it could be unpacked: what else came must not shut the right one out
        write_atomically(root / CHECKSUMS, json.dumps({**kept, wanted.url: digest}, indent=1))
    return Downloaded(place, wanted.url, digest, known)


def _kept(root: Path) -> dict[str, str]:
    try:
        kept = json.loads((root / CHECKSUMS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(url): str(digest) for url, digest in kept.items()} if isinstance(kept, dict) else {}


def _unpack(archive: Path, place: Path, below: str, after_file: Callable[[], None]) -> None:
    """The files of the archive into `place`, beside first. Empty ones are left out: they are broken."""
    beside = place.with_name(f".{place.name}.partial")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir(parents=True)
        for name, size, opened in _members(archive):
            inside = _inside(name, below)
            if inside is None or not size:
                continue
            check_space(beside, size)
            (beside / inside).parent.mkdir(parents=True, exist_ok=True)
            with opened() as source, (beside / inside).open("wb") as file:
                shutil.copyfileobj(source, file)
            after_file()
        if not any(beside.iterdir()):
            raise tarfile.TarError(f"it has nothing in {below}")
        shutil.rmtree(place, ignore_errors=True)
        beside.replace(place)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        archive.unlink(missing_ok=True)
        raise ThimbleError(
            "bad-download",
            f"{archive.name} is not the archive that it should be ({error})",
            "download it again",
        ) from error
    except OSError as error:
        raise cannot_write(place, error) from error
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _members(archive: Path) -> Iterator[tuple[str, int, Callable[[], IO[bytes]]]]:
    """Name, size and a function that opens the content, of each regular file in a zip or tar archive."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as zipped:
            for entry in zipped.infolist():
                if not entry.is_dir():
                    yield entry.filename, entry.file_size, partial(zipped.open, entry)
        return
    with tarfile.open(archive) as tar:
        for member in tar:
            if member.isfile():
                yield member.name, member.size, partial(_extracted, tar, member)


def _extracted(tar: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = tar.extractfile(member)
    if content is None:
        raise tarfile.TarError(f"{member.name} is no file")
    return content


def _inside(name: str, below: str) -> PurePosixPath | None:
    """Where a member goes, relative to its place; None for what lies elsewhere, or would lead out of it."""
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in name:
        return None
    parts = path.parts
    if below:
        if parts[:1] != (below,):
            return None
        parts = parts[1:]
    # pictures lie in the folders of their classes; what lies above is about the archive
    return PurePosixPath(*parts) if len(parts) > 1 else None
