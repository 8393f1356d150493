"""Where a Pi is, and as whom to log in there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError

SSH_PORT = 22
#: Of a Pi whose owner has not given it another name.
DEFAULT_HOST = "raspberrypi.local"
#: Of the home folder on the Pi; everything that Thimble writes there is in it.
DEFAULT_FOLDER = ".thimble"

_HOST = re.compile(
    r"\[(?P<v6>[0-9A-Fa-f:.]+(%\w+)?)\](:(?P<v6port>\d+))?|(?P<name>[^:@\[\]\s]+)(:(?P<port>\d+))?"
)
_FOLDER = re.compile(r"/?[\w.+@%-]+(/[\w.+@%-]+)*")


def host_text(host: str, port: int) -> str:
    """As people write it, and ``--host`` takes it."""
    named = f"[{host}]" if ":" in host else host
    return named if port == SSH_PORT else f"{named}:{port}"


@dataclass(frozen=True, slots=True)
class PiAddress:
    """`folder` is Thimble's own on the Pi, in the home folder of `user` unless it begins with a slash."""

    host: str
    user: str
    port: int = SSH_PORT
    key_file: Path | None = None
    folder: str = DEFAULT_FOLDER

    @property
    def where(self) -> str:
        """``user@host``, with the port where it is not SSH's own."""
        return f"{self.user}@{self.host}" + ("" if self.port == SSH_PORT else f":{self.port}")

    @property
    def known_as(self) -> str:
        """The name in a file of known hosts (``man sshd``, SSH_KNOWN_HOSTS FILE FORMAT)."""
        return self.host if self.port == SSH_PORT else f"[{self.host}]:{self.port}"

    def to_json(self) -> dict[str, Any]:
        """For the parameters of a job."""
        key = None if self.key_file is None else str(self.key_file)
        return {
            "host": self.host, "user": self.user, "port": self.port, "key_file": key, "folder": self.folder,
        }  # fmt: skip

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> PiAddress:
        """The way back from `to_json`."""
        key = value.get("key_file")
        return cls(
            str(value["host"]),
            str(value["user"]),
            int(value.get("port", SSH_PORT)),
            Path(key) if key else None,
            str(value.get("folder", DEFAULT_FOLDER)),
        )


def parse_address(
    host: str, user: str, key_file: Path | None = None, folder: str = DEFAULT_FOLDER
) -> PiAddress:
    """`host` as people write it: ``NAME``, ``NAME:PORT``, ``[IPV6]:PORT``.

    Raises ThimbleError ``bad-address``, ``bad-folder`` or ``missing-file`` (of the key).
    """
    found = _HOST.fullmatch(host.strip())
    if found is None and host.count(":") > 1:  # an IPv6 address without its brackets
        found = _HOST.fullmatch(f"[{host.strip()}]")
    port = SSH_PORT if found is None else int(found["port"] or found["v6port"] or SSH_PORT)
    if found is None or not 0 < port < 65_536:
        raise ThimbleError(
            "bad-address", f"{host!r} is no address", "write NAME, NAME:PORT or [IPV6]:PORT, without a space"
        )
    if not user or re.search(r"\s", user):
        raise ThimbleError("bad-address", f"{user!r} is no user's name", "give the user on the Pi, --user pi")
    if not _FOLDER.fullmatch(folder) or ".." in folder.split("/"):
        raise ThimbleError(
            "bad-folder", f"{folder!r} is no folder for Thimble on the Pi", "use letters, digits, /, . and -"
        )
    if key_file is not None and not key_file.expanduser().is_file():
        raise ThimbleError(
            "missing-file",
            f"there is no key {key_file}",
            "give the private key, for example ~/.ssh/id_ed25519",
        )
    return PiAddress(
        found["v6"] or found["name"], user, port, key_file.expanduser() if key_file else None, folder
    )
