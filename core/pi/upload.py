"""Files to the Pi: resumed where they broke off, checked by their hash, renamed in when they are whole."""

from __future__ import annotations

import contextlib
import posixpath
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.errors import ThimbleError
from core.paths import file_hash
from core.pi.connection import PiConnection

#: Called with the bytes that are there and in all; may raise CancelledByUser.
OnBytes = Callable[[int, int], None]

_PIECE_BYTES = 64 * 1024
#: What a broken connection may have left half written at the end of a file.
_DOUBTFUL_BYTES = 32 * 1024
#: The next step where a disk is full.
MAKE_ROOM = (
    "make room there (`sudo apt clean`, old files), or name a folder on another disk"
    " (--folder, “Folder there”)"
)
#: Of the disk of the Pi, beside what is sent.
_SPARE_BYTES = 20_000_000
_HASH_S = 120.0
#: A large installation on a slow card.
_REMOVE_S = 600.0
#: Of our folder on the Pi; under a folder that somebody named, one of these is made.
_OWN_NAMES = ("thimble", ".thimble")
#: Made together with our folder: without it, the folder is somebody else's, and is never removed.
_MARKER = ".made-by-thimble"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of this computer and its place in Thimble's folder on the Pi."""

    source: Path
    name: str


class RemoteFolder:
    """Thimble's folder on a Pi. Everything below raises ThimbleError ``connection-lost`` or ``pi-silent``."""

    def __init__(self, connection: PiConnection) -> None:
        self.connection = connection
        folder = connection.address.folder
        home = "" if folder.startswith("/") else _home(connection)
        own = "" if posixpath.basename(folder) in _OWN_NAMES else _OWN_NAMES[0]
        self.path = posixpath.join(home, folder, own).rstrip("/")

    def at(self, *names: str) -> str:
        """The whole path of something in it."""
        return posixpath.join(self.path, *names)

    def quoted(self, *names: str) -> str:
        """The same as a word of the shell."""
        return shlex.quote(self.at(*names))

    def size_bytes(self, name: str) -> int | None:
        """Of a file in it; None where there is none."""
        with self.connection.guarded():
            try:
                size: int | None = self.connection.sftp.stat(self.at(name)).st_size
                return size
            except FileNotFoundError:
                return None

    def read(self, name: str) -> bytes | None:
        """A small file in it; None where there is none."""
        with self.connection.guarded():
            try:
                with self.connection.sftp.open(self.at(name), "rb") as file:
                    return bytes(file.read())
            except FileNotFoundError:
                return None

    def write(self, name: str, content: bytes) -> None:
        """A small file, whole or not at all. Raises ThimbleError ``pi-disk-full`` or ``pi-cannot-write``."""
        self.make_folders([name])
        with self.connection.guarded(), self._writing(name, len(content)):
            part = self.at(f"{name}.part")
            with self.connection.sftp.open(part, "wb") as file:
                file.write(content)
            self.connection.sftp.posix_rename(part, self.at(name))

    def make_folders(self, names: Sequence[str]) -> None:
        """The folders of these files, and ours with its marker where it is new."""
        folders = sorted({posixpath.dirname(self.at(name)) for name in names})
        words = " ".join(shlex.quote(folder) for folder in folders)
        own, parent = self.quoted(), shlex.quote(posixpath.dirname(self.path))
        make = f"mkdir -p {parent} && mkdir -m 700 {own} && touch {self.quoted(_MARKER)}"
        answer = self.connection.run(f"{{ [ -d {own} ] || {{ {make}; }}; }} && mkdir -p -m 700 {words}")
        if not answer.done:
            raise _cannot_write(self.path, answer.last_words)

    def remove(self, *names: str) -> None:
        """Files or folders in it, with all that is in them."""
        words = " ".join(self.quoted(name) for name in names)
        answer = self.connection.run(f"rm -rf -- {words}", timeout_s=_HASH_S)
        if not answer.done:
            raise _cannot_write(self.path, answer.last_words)

    def remove_all(self) -> None:
        """The whole folder, if it was made by Thimble. Raises ThimbleError ``not-ours``."""
        if self.size_bytes(_MARKER) is None:
            raise ThimbleError(
                "not-ours",
                f"{self.path} on the Pi was there before Thimble, so nothing in it is removed",
                "remove what you do not need any more there yourself",
            )
        answer = self.connection.stream(f"rm -rf -- {self.quoted()}", lambda line: None, _REMOVE_S)
        if not answer.done:
            raise _cannot_write(self.path, answer.last_words)

    def free_bytes(self) -> int:
        """Of the disk that it is on."""
        nearest = f'd={self.quoted()}; while [ ! -e "$d" ]; do d=$(dirname "$d"); done; df -Pk "$d"'
        answer = self.connection.run(nearest)
        try:
            return int(answer.stdout.splitlines()[-1].split()[3]) * 1024
        except (IndexError, ValueError) as error:
            raise _cannot_write(self.path, answer.last_words) from error

    def send(self, uploads: Sequence[Upload], on_bytes: OnBytes) -> None:
        """Bring the files there that are not there already with the same size and hash.

        Raises ThimbleError ``pi-disk-full``, ``pi-cannot-write``, ``upload-damaged`` or ``missing-file``, and
        whatever `on_bytes` raises. What has come stays, and the next call goes on from there.
        """
        self.make_folders([upload.name for upload in uploads])
        there = self._hashes([upload.name for upload in uploads])
        wanted = {upload.name: file_hash(upload.source) for upload in uploads}
        missing = [upload for upload in uploads if there.get(upload.name) != wanted[upload.name]]
        total = sum(upload.source.stat().st_size for upload in missing)
        self._require_space(missing)
        done = 0
        for upload in missing:
            self._send_one(upload, partial(_add, on_bytes, done, total))
            done += upload.source.stat().st_size
        arrived = self._hashes([f"{upload.name}.part" for upload in missing])
        for upload in missing:
            self._take(upload, arrived.get(f"{upload.name}.part") == wanted[upload.name])

    def _require_space(self, missing: Sequence[Upload]) -> None:
        needed = 0
        for upload in missing:
            needed += upload.source.stat().st_size - (self.size_bytes(f"{upload.name}.part") or 0)
        if missing and self.free_bytes() < needed + _SPARE_BYTES:
            raise disk_full(needed + _SPARE_BYTES, self.free_bytes())

    def _send_one(self, upload: Upload, on_sent: Callable[[int], None]) -> None:
        part, size = f"{upload.name}.part", upload.source.stat().st_size
        there = self.size_bytes(part)
        start = 0 if there is None or there > size else max(there - _DOUBTFUL_BYTES, 0)
        with self.connection.guarded(), self._writing(upload.name, size), upload.source.open("rb") as source:
            source.seek(start)
            with self.connection.sftp.open(self.at(part), "r+b" if there is not None else "wb") as file:
                file.truncate(start)
                file.seek(start)
                while piece := source.read(_PIECE_BYTES):
                    on_sent(source.tell() - len(piece))
                    file.write(piece)
        on_sent(size)

    def _take(self, upload: Upload, whole: bool) -> None:
        part = self.at(f"{upload.name}.part")
        with self.connection.guarded():
            if not whole:
                with contextlib.suppress(OSError):
                    self.connection.sftp.remove(part)
                raise ThimbleError(
                    "upload-damaged",
                    f"{upload.source.name} arrived damaged on {self.connection.address.host}",
                    "try again; if it happens again, check the Pi's SD card and free space",
                )
            self.connection.sftp.posix_rename(part, self.at(upload.name))

    def _hashes(self, names: Sequence[str]) -> dict[str, str]:
        """SHA-256 of those of the files that are there."""
        if not names:
            return {}
        words = "\0".join(names).encode()
        answer = self.connection.run(
            f"cd {self.quoted()} && xargs -0 sha256sum -- 2>/dev/null", words, _HASH_S
        )
        pairs = (line.partition("  ") for line in answer.stdout.splitlines())
        return {name: digest for digest, _, name in pairs}

    @contextlib.contextmanager
    def _writing(self, name: str, size_bytes: int) -> Iterator[None]:
        """SFTP tells a full disk as a plain failure: ask for the reason."""
        try:
            yield
        except TimeoutError:
            raise
        except OSError as error:
            if str(error) == "Socket is closed" or isinstance(error, ConnectionError):
                raise
            free = self.free_bytes()
            if free < max(size_bytes, _SPARE_BYTES):
                raise disk_full(size_bytes, free) from error
            raise _cannot_write(self.at(name), str(error)) from error


def _add(on_bytes: OnBytes, before: int, total: int, sent: int) -> None:
    on_bytes(before + sent, total)


def _home(connection: PiConnection) -> str:
    with connection.guarded():
        return str(connection.sftp.normalize("."))


def disk_full(needed_bytes: int, free_bytes: int) -> ThimbleError:
    return ThimbleError(
        "pi-disk-full",
        f"the Pi's disk is full: {needed_bytes / 1e6:,.0f} MB needed, {free_bytes / 1e6:,.0f} MB free",
        MAKE_ROOM,
    )


def _cannot_write(path: str, why: str) -> ThimbleError:
    return ThimbleError(
        "pi-cannot-write",
        f"cannot write {path} on the Pi: {why}",
        "check that the user may write there, or name another folder (--folder, “Folder there”)",
    )
