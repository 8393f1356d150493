"""The keys by which Pis are recognised: stored at first use, when a person has accepted the fingerprint."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ThimbleError
from core.paths import settings_dir, write_atomically

if TYPE_CHECKING:
    from core.pi.address import PiAddress


class KeyState(Enum):
    KNOWN = "known"
    UNKNOWN = "unknown"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class HostKey:
    """What a host showed. `fingerprint` is as OpenSSH prints it, ``SHA256:…``."""

    kind: str
    fingerprint: str
    state: KeyState

    def to_json(self) -> dict[str, Any]:
        return {"kind": self.kind, "fingerprint": self.fingerprint, "state": self.state.value}


def known_hosts_file() -> Path:
    """Thimble's own file of known hosts, in OpenSSH's format."""
    return settings_dir() / "known_hosts"


def read_known() -> Any:
    """paramiko's `HostKeys` of that file. Raises ThimbleError ``bad-known-hosts``."""
    import paramiko

    path = known_hosts_file()
    keys = paramiko.HostKeys()
    if path.is_file():
        try:
            keys.load(str(path))
        except (OSError, ValueError, paramiko.SSHException) as error:
            raise ThimbleError(
                "bad-known-hosts", f"{path} cannot be read: {error}", "remove it, and accept the keys again"
            ) from error
    return keys


def look_up(address: PiAddress, key: Any) -> HostKey:
    """What is known of the key that the host at `address` showed."""
    stored = read_known().lookup(address.known_as)
    if stored is None:
        state = KeyState.UNKNOWN
    else:
        state = KeyState.KNOWN if any(known == key for known in stored.values()) else KeyState.CHANGED
    return HostKey(key.get_name(), key.fingerprint, state)


def require_accepted(address: PiAddress, key: Any, accepted: str | None) -> None:
    """Let a key pass that is known, or the one whose fingerprint is `accepted`, which is then stored.

    Raises ThimbleError ``unknown-host-key``, ``changed-host-key``, ``other-host-key`` or ``cannot-write``.
    """
    shown = look_up(address, key)
    if shown.state is KeyState.KNOWN:
        return
    if accepted is None:
        raise _refusal(address, shown)
    if accepted != shown.fingerprint:
        raise ThimbleError(
            "other-host-key",
            f"{address.host} shows the {shown.kind} key {shown.fingerprint}, not the accepted {accepted}",
            "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the Pi itself",
        )
    _store(address, key)


def _refusal(address: PiAddress, shown: HostKey) -> ThimbleError:
    option = f"--accept-host-key {shown.fingerprint}"
    compare = "compare it with `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub` on the Pi itself"
    if shown.state is KeyState.UNKNOWN:
        return ThimbleError(
            "unknown-host-key",
            f"{address.host} is not known yet; its {shown.kind} key has the fingerprint {shown.fingerprint}",
            f"{compare}, then accept exactly this key with {option}",
        )
    return ThimbleError(
        "changed-host-key",
        f"{address.host} shows another key than before, the {shown.kind} key {shown.fingerprint}: either the"
        " Pi was installed anew or its address is another computer's now, or somebody is between you and it",
        f"nothing was sent; if the Pi was installed anew, {compare}, then replace the old key with {option}",
    )


def _store(address: PiAddress, key: Any) -> None:
    """Keep this key, in the place of any other of the host."""
    keys = read_known()
    lines = [f"{address.known_as} {key.get_name()} {key.get_base64()}"]
    for host, by_kind in keys.items():
        if host != address.known_as:
            lines += [f"{host} {known.get_name()} {known.get_base64()}" for known in by_kind.values()]
    write_atomically(known_hosts_file(), "\n".join(sorted(lines)) + "\n")


def forget_host(address: PiAddress) -> bool:
    """Remove what is stored of the host; whether there was something."""
    path = known_hosts_file()
    if read_known().lookup(address.known_as) is None:
        return False
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.partition(" ")[0] != address.known_as]
    write_atomically(path, "".join(f"{line}\n" for line in kept))
    return True
