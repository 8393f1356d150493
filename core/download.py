"""One file from the network: resumed where it broke off, checked, and renamed in when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from core.errors import ThimbleError
from core.paths import cannot_write

_PIECE_BYTES = 256 * 1024
_TIMEOUT_S = 30.0
#: How often a connection that broke off is taken up again in one go, and after what pause.
_ATTEMPTS = 4
_PAUSE_S = 1.0

#: Called with the bytes that are there and in all (0 where the server does not tell); may raise
#: CancelledByUser.
OnBytes = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file in the network: `size_bytes` and `sha256` as published, None where they are not known."""

    url: str
    size_bytes: int | None = None
    sha256: str | None = None


def fetch(wanted: Wanted, target: Path, on_bytes: OnBytes) -> str:
    """Download into `target` and give the SHA-256 of what came.

    What has come is kept beside until it is whole (``.NAME.part``), so that the next call goes on from there,
    where the server can. Raises ThimbleError ``download-failed``, ``wrong-checksum``, ``cannot-write`` or
    ``busy``, and whatever `on_bytes` raises.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(partial):
            if target.exists():  # of a download that ended before it was used: it is checked again
                target.replace(partial)
            _fill(wanted, partial, on_bytes)
            digest = _sha256(partial)
            if wanted.sha256 not in (None, digest):
                partial.unlink()
                raise ThimbleError(
                    "wrong-checksum",
                    f"what came from {wanted.url} is not the published file: its SHA-256 is {digest},"
                    f" not {wanted.sha256}",
                    "try again; if it happens again, the file there has changed: get it from its publisher",
                )
            partial.replace(target)
    except OSError as error:
        raise cannot_write(target, error) from error
    return digest


@contextlib.contextmanager
def _alone(partial: Path) -> Iterator[None]:
    """One process at a time writes the partial file. Raises ThimbleError ``busy``."""
    lock = partial.with_suffix(".lock")
    with contextlib.suppress(OSError, ValueError):
        if psutil.pid_exists(int(lock.read_text())):
            raise ThimbleError("busy", f"{partial.stem[1:]} is being downloaded already", "wait for it")
        lock.unlink()
    with lock.open("x") as file:
        file.write(str(os.getpid()))
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _fill(wanted: Wanted, partial: Path, on_bytes: OnBytes) -> None:
    """Fetch what is missing; a connection that broke off is taken up as long as something still comes."""
    failed = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        try:
            _fetch_rest(wanted, partial, before, on_bytes)
            return
        except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
            came = (partial.stat().st_size if partial.exists() else 0) > before
            failed = 1 if came else failed + 1
            if isinstance(error, urllib.error.HTTPError) or failed >= _ATTEMPTS:
                raise _failed(wanted, partial, error) from error
        _pause(partial, wanted, on_bytes)


def _pause(partial: Path, wanted: Wanted, on_bytes: OnBytes) -> None:
    """Wait before the next attempt; cancelling is asked for."""
    on_bytes(partial.stat().st_size if partial.exists() else 0, wanted.size_bytes or 0)
    time.sleep(_PAUSE_S)


def _fetch_rest(wanted: Wanted, partial: Path, have: int, on_bytes: OnBytes) -> None:
    """One connection. Raises what the network raises when it ends too early."""
    if wanted.size_bytes is not None and have >= wanted.size_bytes:
        if have == wanted.size_bytes:
            return
        partial.unlink()  # longer than the whole: of another file
        have = 0
    request = urllib.request.Request(wanted.url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
            raise
        partial.unlink()
        _fetch_rest(wanted, partial, 0, on_bytes)
        return
    with answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0  # the server begins from the start again
        rest = int(answer.headers.get("Content-Length") or 0)
        total = have + rest if rest else wanted.size_bytes or 0
        if total:
            check_space(partial.parent, total - have)
        _copy(answer, partial, have, total, on_bytes)


def _copy(answer: Any, partial: Path, have: int, total: int, on_bytes: OnBytes) -> None:
    with partial.open("ab" if have else "wb") as file:
        on_bytes(have, total)
        while piece := answer.read(_PIECE_BYTES):
            file.write(piece)
            have += len(piece)
            on_bytes(have, total)
    if have < total:
        raise ConnectionError("the connection broke off")


def check_space(folder: Path, needed_bytes: int) -> None:
    """Raises ThimbleError ``cannot-write`` where the disk has not so much left."""
    free_bytes = shutil.disk_usage(folder).free
    if needed_bytes > free_bytes:
        raise ThimbleError(
            "cannot-write",
            f"{needed_bytes / 1e6:,.0f} MB are needed in {folder}, {free_bytes / 1e6:,.0f} MB are free",
            "make room, or let THIMBLE_DATA name a folder on another disk",
        )


def _failed(wanted: Wanted, partial: Path, error: Exception) -> ThimbleError:
    have = partial.stat().st_size if partial.exists() else 0
    reason = getattr(error, "reason", None) or error
    return ThimbleError(
        "download-failed",
        f"{wanted.url} cannot be downloaded ({reason})"
        + (f", {have / 1e6:,.1f} MB have come" if have else ""),
        "try again, it goes on from there" if have else "check the network connection, or try again later",
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
