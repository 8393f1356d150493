"""The way to a Raspberry Pi, step by step, without a screen: address, key, look at it, set it up.

Each step is a job; `PiFlow` says which one comes next and takes its result. Nothing is sent to a computer
whose key was not accepted, and a changed key stops everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.pi.address import DEFAULT_FOLDER, PiAddress, parse_address
from core.pi.engines import DEFAULT_ENGINE, find_engine
from core.pi.host_keys import HostKey, KeyState
from core.pi.known import keep_settings, last_at, settings_of
from core.pi.settings import DEFAULT_SETTINGS, PiSettings
from core.pi.setup.armnn import ArmnnSource


class PiStep(Enum):
    """How far the way to a Pi is gone."""

    ADDRESS = "address"
    #: A key was shown that a person has to accept.
    KEY = "key"
    #: Another key than before: the way ends here.
    REFUSED = "refused"
    #: The key is known; nobody has logged in yet.
    TRUSTED = "trusted"
    CHECKED = "checked"
    READY = "ready"


@dataclass(frozen=True, slots=True)
class PiState:
    """`facts` and `checks` are what was found on the Pi, as the task ``pi-check`` tells it."""

    step: PiStep = PiStep.ADDRESS
    address: PiAddress | None = None
    key: HostKey | None = None
    title: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    checks: tuple[dict[str, Any], ...] = ()
    fits: bool = False


@dataclass(frozen=True, slots=True)
class PiTask:
    """A job that is to be started."""

    task: str
    params: dict[str, Any]


class PiFlow:
    """`state` says where it stands. The password stays in memory, and goes to jobs alone."""

    def __init__(self) -> None:
        self.state = PiState()
        self.password: str | None = None

    def find(self) -> PiTask:
        """Look for Pis in the network."""
        return PiTask("pi-find", {})

    def connect(self, host: str, user: str, key_file: str, password: str, folder: str = "") -> PiTask:
        """Begin anew: ask the Pi for its key. Without a `folder`, the one that was used there last.

        Raises ThimbleError for an address that cannot be one.
        """
        key = Path(key_file) if key_file.strip() else None
        address = parse_address(host.strip(), user.strip(), key, folder.strip() or DEFAULT_FOLDER)
        last = last_at(address.host, address.port, address.user)
        if last is not None and last.user == address.user and not folder.strip():
            address = replace(address, folder=last.folder)
        self.password = password or None
        self.state = PiState(PiStep.ADDRESS, address)
        return PiTask("pi-host-key", {"address": address.to_json()})

    def showed_key(self, result: dict[str, Any]) -> None:
        """What ``pi-host-key`` found."""
        key = HostKey(result["kind"], result["fingerprint"], KeyState(result["state"]))
        step = {
            KeyState.KNOWN: PiStep.TRUSTED,
            KeyState.UNKNOWN: PiStep.KEY,
            KeyState.CHANGED: PiStep.REFUSED,
        }[key.state]
        self.state = replace(self.state, step=step, key=key)

    def accept_key(self) -> None:
        """A person has compared the fingerprint. Only a key that was not known can be accepted here."""
        if self.state.step is not PiStep.KEY:
            raise ValueError("there is no new key to accept")
        self.state = replace(self.state, step=PiStep.TRUSTED)

    def check(self) -> PiTask:
        """Log in and look at the Pi."""
        return PiTask("pi-check", {**self._connection(), "engine": DEFAULT_ENGINE})

    def checked(self, result: dict[str, Any]) -> None:
        """What ``pi-check`` found. An accepted key is stored from here on."""
        key = self.state.key and replace(self.state.key, state=KeyState.KNOWN)
        self.state = replace(
            self.state,
            step=PiStep.CHECKED,
            key=key,
            title=result["title"],
            facts=result["facts"],
            checks=tuple(result["checks"]),
            fits=result["fits"],
        )

    def set_up(self, engine: str, wheels: str, armnn: ArmnnSource | None = None) -> PiTask:
        """Install an engine; from the folder `wheels` where the Pi has no network. Later runs take it too."""
        folder = wheels.strip() or None
        more = {"wheels": folder} if folder else {}
        if armnn is not None and find_engine(engine).delegate:
            more |= armnn.to_params()
        task = PiTask("pi-setup", {**self._connection(), "engine": engine, **more})
        self.keep(replace(self.settings, wheels=folder))
        return task

    @property
    def settings(self) -> PiSettings:
        """Of the Pi that has let us in."""
        address = self.state.address
        return DEFAULT_SETTINGS if address is None else settings_of(address)

    def keep(self, settings: PiSettings) -> None:
        """For what is measured on it from now on. Raises ThimbleError ``cannot-write``."""
        if self.state.address is not None and self.logged_in:
            keep_settings(self.state.address, settings)

    def was_set_up(self, result: dict[str, Any]) -> None:
        """``pi-setup`` has ended well."""
        self.state = replace(self.state, step=PiStep.READY, title=result["title"])

    def remove(self) -> PiTask:
        """Take away everything that Thimble has on the Pi."""
        return PiTask("pi-remove", self._connection())

    def was_removed(self) -> None:
        self.state = replace(self.state, step=PiStep.CHECKED)

    def keep_password(self) -> PiTask | None:
        """Into the system's keyring; None without one."""
        if self.password is None or self.state.address is None:
            return None
        params = {"address": self.state.address.to_json(), "password": self.password}
        return PiTask("pi-keep-password", params)

    def forget(self, address: PiAddress) -> PiTask:
        """Remove its key, its password and its name from this computer."""
        return PiTask("pi-forget", {"address": address.to_json()})

    def was_forgotten(self) -> None:
        self.state, self.password = PiState(), None

    @property
    def logged_in(self) -> bool:
        """Whether the Pi has let us in."""
        return self.state.step in (PiStep.CHECKED, PiStep.READY)

    def _connection(self) -> dict[str, Any]:
        """Params that every task on the Pi needs. Raises ThimbleError before the key is accepted."""
        state = self.state
        if state.address is None or state.key is None or state.step in (PiStep.KEY, PiStep.REFUSED):
            raise ThimbleError("no-pi", "the Pi's key is not accepted", "connect first")
        accepted = {"accept_host_key": state.key.fingerprint} if state.key.state is KeyState.UNKNOWN else {}
        password = {"password": self.password} if self.password else {}
        return {"address": state.address.to_json(), **accepted, **password}
