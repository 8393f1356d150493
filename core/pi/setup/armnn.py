"""The Arm NN delegate on the Pi: pip does not have it, so it comes as an archive, or is there already."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from core.download import Wanted, fetch
from core.errors import ThimbleError
from core.paths import cache_dir, file_hash
from core.pi.setup.download_there import download_there
from core.pi.upload import OnBytes, RemoteFolder, Upload

_FOLDER = "armnn"
_LIBRARY = "libarmnnDelegate.so"
#: A file on the Pi with the path of the library that was named last.
_KEPT = f"{_FOLDER}/library"
_UNPACK_S = 300.0


class Backend(Enum):
    """What Arm NN computes with: the Neon kernels of the CPU, or its slow reference."""

    CPU_ACC = "CpuAcc"
    CPU_REF = "CpuRef"


@dataclass(frozen=True, slots=True)
class ArmnnSource:
    """Where the delegate comes from: `library`, a file on the Pi; or `archive`, an address or a file of this
    computer (.tar.gz), whose SHA-256 an address has to name; or neither: what was installed before."""

    library: str | None = None
    archive: str | None = None
    sha256: str | None = None
    backend: Backend = Backend.CPU_ACC

    def __post_init__(self) -> None:
        """Raises ThimbleError ``no-checksum``."""
        if self.archive is not None and _is_address(self.archive) and not self.sha256:
            raise ThimbleError(
                "no-checksum",
                "an archive from the network is only installed when its SHA-256 is known",
                "give what its publisher says as its SHA-256 (--armnn-sha256)",
            )

    @classmethod
    def from_params(cls, params: dict[str, Any]) -> ArmnnSource:
        """Of a job: armnn_library, armnn_archive, armnn_sha256, armnn_backend; each may be left out.

        Raises ThimbleError ``no-checksum``.
        """
        library, archive, sha256 = (params.get(f"armnn_{name}") for name in ("library", "archive", "sha256"))
        backend = Backend(params.get("armnn_backend") or Backend.CPU_ACC.value)
        return cls(library or None, archive or None, sha256 or None, backend)

    def to_params(self) -> dict[str, Any]:
        """The way back from `from_params`."""
        names = ("library", "archive", "sha256")
        return {f"armnn_{name}": getattr(self, name) for name in names} | {
            "armnn_backend": self.backend.value
        }


def _is_address(archive: str) -> bool:
    return archive.startswith(("https://", "http://"))


def require_archive(source: ArmnnSource) -> None:
    """Look at an archive of this computer before anybody logs in.

    Raises ThimbleError ``missing-file`` or ``wrong-checksum``.
    """
    if source.archive is not None and not _is_address(source.archive):
        _require_digest(source, file_hash(Path(source.archive)))


def find_delegate(folder: RemoteFolder, source: ArmnnSource, on_bytes: OnBytes) -> str:
    """The path of the delegate's library on the Pi, installed first where `source` names an archive.

    What is named once is found again where nothing is named. Raises ThimbleError ``no-armnn``, and what
    downloading and sending do.
    """
    if source.archive is not None and source.library is None:
        library = _install(folder, source, on_bytes)
    else:
        library = installed_delegate(folder, source)
    if folder.read(_KEPT) != library.encode():
        folder.write(_KEPT, library.encode())
    return library


def installed_delegate(folder: RemoteFolder, source: ArmnnSource) -> str:
    """The path of `source.library`, or else of the one that was named last; nothing is changed.

    Raises ThimbleError ``no-armnn`` where it is not there.
    """
    kept = folder.read(_KEPT)
    library = source.library or (kept.decode() if kept else None)
    if library is None:
        raise _missing("Arm NN is not installed on the Pi")
    if not folder.connection.run(f"test -f {shlex.quote(library)}").done:
        raise _missing(f"there is no {library} on the Pi")
    return library


def library_hash(folder: RemoteFolder, library: str) -> str:
    """SHA-256 of a delegate's library on the Pi. Raises ThimbleError ``no-armnn``."""
    answer = folder.connection.run(f"sha256sum <{shlex.quote(library)}", timeout_s=_UNPACK_S)
    if not answer.done:
        raise _missing(f"{library} on the Pi cannot be read: {answer.last_words}")
    return answer.stdout.split()[0]


def _install(folder: RemoteFolder, source: ArmnnSource, on_bytes: OnBytes) -> str:
    archive = str(source.archive)
    from_network = _is_address(archive)
    digest = str(source.sha256).lower() if from_network else file_hash(Path(archive))
    _require_digest(source, digest)
    unpacked = f"{_FOLDER}/{digest[:16]}"
    if (found := _library_in(folder, unpacked)) is not None:
        return found
    name = f"{_FOLDER}/{digest[:16]}.tar.gz"
    if not (from_network and download_there(folder, archive, digest, name, on_bytes)):
        folder.send([Upload(_archive_here(source, on_bytes), name)], on_bytes)
    part = folder.quoted(f"{unpacked}.part")
    command = f"rm -rf {part} && mkdir -p {part} && tar -xf {folder.quoted(name)} -C {part}"
    answer = folder.connection.stream(
        f"{{ {command} && rm {folder.quoted(name)} && mv {part} {folder.quoted(unpacked)}; }}",
        lambda line: None,
        _UNPACK_S,
        lambda: on_bytes(1, 1),
    )
    found = _library_in(folder, unpacked)
    if not answer.done or found is None:
        why = answer.last_words if not answer.done else f"there is no {_LIBRARY} in it"
        raise ThimbleError(
            "bad-armnn",
            f"{posixpath.basename(archive)} cannot be installed: {why}",
            "take the archive for linux-aarch64 of Arm NN's releases; docs/raspberry-pi.md says more",
        )
    return found


def _archive_here(source: ArmnnSource, on_bytes: OnBytes) -> Path:
    archive = str(source.archive)
    if not _is_address(archive):
        return Path(archive)
    target = cache_dir() / _FOLDER / f"{source.sha256}.tar.gz"
    if not target.is_file():
        fetch(Wanted(archive, sha256=str(source.sha256).lower()), target, on_bytes)
    return target


def _require_digest(source: ArmnnSource, digest: str) -> None:
    if source.sha256 is not None and digest != source.sha256.lower():
        raise ThimbleError(
            "wrong-checksum",
            f"the SHA-256 of {posixpath.basename(str(source.archive))} is {digest}, not {source.sha256}",
            "get it again",
        )


def _library_in(folder: RemoteFolder, name: str) -> str | None:
    answer = folder.connection.run(f"find {folder.quoted(name)} -name {_LIBRARY} -not -path '*.part/*'")
    return answer.stdout.splitlines()[0] if answer.done and answer.stdout.strip() else None


def _missing(why: str) -> ThimbleError:
    return ThimbleError(
        "no-armnn",
        why,
        "name its archive (--armnn-archive, --armnn-sha256), or its library where it is on the Pi already"
        " (--armnn-library); docs/raspberry-pi.md says where it comes from",
    )
