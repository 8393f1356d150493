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
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.paths import cannot_write
from core.work_folder import is_owned

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


class _ConnectionFaultError(Exception):
    """The network failed, whatever kind of OSError that was, and not the disk."""


@contextlib.contextmanager
def _network() -> Iterator[None]:
    """For what asks the network alone: TLS and the system's routing fail with any OSError. Raises
    _ConnectionFaultError, or HTTPError for an answer."""
    try:
        yield
    except urllib.error.HTTPError:
        raise
    except (OSError, http.client.HTTPException) as error:
        raise _ConnectionFaultError(getattr(error, "reason", None) or error) from error


def fetch(wanted: Wanted, target: Path, on_bytes: OnBytes) -> str:
    """Download into `target` and give the SHA-256 of what came.

    What has come is kept beside until it is whole (``.NAME.part``), so that the next call goes on from there,
    where the server can. Raises ThimbleError ``download-failed``, ``wrong-checksum``, ``wrong-size``,
    ``cannot-write`` or ``busy``, and whatever `on_bytes` raises.
    """
    partial = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _alone(partial):
            if target.exists():  # of a download that ended before it was used: it is checked again
                target.replace(partial)
            _fill(wanted, partial, on_bytes)
            digest = _checked(wanted, partial)
            partial.replace(target)
            _edition(partial).unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(target, error) from error
    return digest


def _checked(wanted: Wanted, partial: Path) -> str:
    """The SHA-256 of what came, which is removed where it is not what is published."""
    digest, size_bytes = _sha256(partial), partial.stat().st_size
    if wanted.sha256 not in (None, digest):
        code, told = "wrong-checksum", f"its SHA-256 is {digest}, not {wanted.sha256}"
    elif wanted.size_bytes not in (None, size_bytes):
        code, told = "wrong-size", f"it has {size_bytes:,} bytes, not {wanted.size_bytes:,}"
    else:
        return digest
    partial.unlink()
    _edition(partial).unlink(missing_ok=True)
    raise ThimbleError(
        code,
        f"what came from {wanted.url} is not the published file: {told}",
        "try again; if it happens again, the file there has changed: get it from its publisher",
    )


@contextlib.contextmanager
def _alone(partial: Path) -> Iterator[None]:
    """One process at a time writes the partial file. Raises ThimbleError ``busy``."""
    lock = partial.with_suffix(".lock")
    busy = ThimbleError("busy", f"{partial.stem[1:]} is being downloaded already", "wait for it")
    if is_owned(lock, _text(lock)):
        raise busy
    lock.unlink(missing_ok=True)  # of a process that was killed, or could not even write its number
    try:
        file = lock.open("x")
    except FileExistsError:
        raise busy from None  # another one came first
    try:
        with file:
            file.write(str(os.getpid()))
        yield
    finally:
        lock.unlink(missing_ok=True)


def _text(path: Path) -> str:
    """What a small file says; nothing where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""


def _fill(wanted: Wanted, partial: Path, on_bytes: OnBytes) -> None:
    """Fetch what is missing; a connection that broke off is taken up as long as something still comes."""
    failed = 0
    while True:
        before = partial.stat().st_size if partial.exists() else 0
        try:
            _fetch_rest(wanted, partial, before, on_bytes)
            return
        except (_ConnectionFaultError, urllib.error.HTTPError) as error:
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
    """One connection. Raises as `_network` when it ends too early, and OSError of the disk."""
    if wanted.size_bytes is not None and have >= wanted.size_bytes:
        if have == wanted.size_bytes:
            return
        partial.unlink()  # longer than the whole: of another file
        have = 0
    request = urllib.request.Request(wanted.url, headers=_asking_for_rest(wanted, partial, have))
    try:
        with _network():
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
        if not have and wanted.sha256 is None:
            partial.unlink(missing_ok=True)  # never an older part beside the newer edition
            _edition(partial).write_text(_validator(answer.headers), encoding="utf-8")
        _copy(answer, partial, have, total, on_bytes)


def _asking_for_rest(wanted: Wanted, partial: Path, have: int) -> dict[str, str]:
    """The headers. Where no checksum tells it afterwards, the server has to say that the file is the same."""
    if not have:
        return {}
    if wanted.sha256 is not None:
        return {"Range": f"bytes={have}-"}
    edition = _text(_edition(partial))
    return {"Range": f"bytes={have}-", "If-Range": edition} if edition else {}


def _edition(partial: Path) -> Path:
    """Beside the partial file: which edition of the file it is of."""
    return partial.with_suffix(".edition")


def _validator(headers: Mapping[str, str]) -> str:
    """What If-Range takes (RFC 9110, 13.1.5): a strong entity tag, else the date; empty without both."""
    tag = headers.get("ETag", "")
    return tag if tag.startswith('"') else headers.get("Last-Modified", "")


def _copy(answer: Any, partial: Path, have: int, total: int, on_bytes: OnBytes) -> None:
    with partial.open("ab" if have else "wb") as file:
        on_bytes(have, total)
        while piece := _piece(answer):
            file.write(piece)
            have += len(piece)
            on_bytes(have, total)
    if have < total:
        raise _ConnectionFaultError("the connection broke off")


def _piece(answer: Any) -> bytes:
    with _network():
        piece: bytes = answer.read(_PIECE_BYTES)
    return piece


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
