"""Tasks of a Raspberry Pi: look at it, set it up, take everything away again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.pi.address import PiAddress
from core.pi.connection import PiConnection, connect, host_key
from core.pi.engines import find_engine
from core.pi.known import remember
from core.pi.setup.armnn import ArmnnSource, find_delegate, installed_delegate, require_archive
from core.pi.setup.checks import Checked, check_all
from core.pi.setup.environment import Tell, look_at, remove, set_up
from core.pi.upload import RemoteFolder

Json = dict[str, Any]


def connect_as_asked(params: Json) -> PiConnection:
    """Params of every task here: address (`PiAddress.to_json`), accept_host_key, password (both may be left
    out)."""
    address = PiAddress.from_json(params["address"])
    return connect(address, params.get("accept_host_key"), params.get("password"))


def show_host_key(params: Json, context: JobContext) -> Json:
    """Params: address. Result: kind, fingerprint, state (known, unknown, changed). Nobody logs in."""
    context.progress(0.1, "Asking for the Pi's key")
    return host_key(PiAddress.from_json(params["address"])).to_json()


def check(params: Json, context: JobContext) -> Json:
    """Params: those of `connect_as_asked`, engine, armnn_library. Result: facts, checks, fits, free_bytes."""
    engine, armnn = find_engine(params["engine"]), ArmnnSource.from_params(params)
    context.progress(0.1, "Connecting")
    with connect_as_asked(params) as connection:
        context.progress(0.5, "Looking at the Pi")
        folder = RemoteFolder(connection)
        seen, _ = look_at(folder, engine)
        delegate = (_delegate_there(folder, armnn),) if engine.delegate else ()
    facts = seen.facts
    remember(connection.address, facts.title)
    checks = (*check_all(seen), *delegate)
    return {
        "where": connection.address.where,
        "title": facts.title,
        "facts": facts.to_json(),
        "checks": [checked.to_json() for checked in checks],
        "fits": all(checked.problem is None for checked in checks),
        "free_bytes": seen.free_bytes,
    }


def _delegate_there(folder: RemoteFolder, armnn: ArmnnSource) -> Checked:
    try:
        return Checked("Arm NN", installed_delegate(folder, armnn), None)
    except ThimbleError as error:
        if error.code != "no-armnn":
            raise
        return Checked("Arm NN", "not installed", error)


def setup(params: Json, context: JobContext) -> Json:
    """Params: those of `connect_as_asked` and `ArmnnSource.from_params`; engine, wheels (may be left out).

    Result: facts, already, delegate (the path of the library, for an engine with one).
    """
    engine, wheels = find_engine(params["engine"]), path_of(params.get("wheels"))
    armnn = ArmnnSource.from_params(params)
    if engine.delegate:
        require_archive(armnn)
    context.progress(0.02, "Connecting")
    with connect_as_asked(params) as connection:
        folder = RemoteFolder(connection)
        ready = set_up(folder, engine, told_to(context.section(0.1, 0.8)), wheels)
        remember(connection.address, ready.facts.title)
        sending = _Sending(told_to(context.section(0.8, 1.0)))
        delegate = find_delegate(folder, armnn, sending) if engine.delegate else None
    return {
        "where": connection.address.where,
        "title": ready.facts.title,
        "facts": ready.facts.to_json(),
        "already": ready.already and not sending.begun,
        "delegate": delegate,
    }


@dataclass(slots=True)
class _Sending:
    """Progress of the delegate's archive."""

    tell: Tell
    begun: bool = False

    def __call__(self, done: int, total: int) -> None:
        self.begun = True
        self.tell(done / max(total, 1), f"Arm NN: {done / 1e6:.0f} of {total / 1e6:.0f} MB")


def take_away(params: Json, context: JobContext) -> Json:
    """Params: those of `connect_as_asked`. Result: removed_bytes."""
    context.progress(0.1, "Connecting")
    with connect_as_asked(params) as connection:
        context.progress(0.5, "Removing what Thimble has on the Pi")
        return {"where": connection.address.where, "removed_bytes": remove(RemoteFolder(connection))}


def told_to(context: JobContext) -> Any:
    def tell(part: float, text: str) -> None:
        context.check_cancelled()
        context.progress(part, text)

    return tell


def path_of(text: str | None) -> Path | None:
    return Path(text) if text else None
