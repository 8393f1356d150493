"""Tasks of a Raspberry Pi: look at it, set it up, take everything away again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.jobs.context import JobContext
from core.pi.address import PiAddress
from core.pi.connection import PiConnection, connect, host_key
from core.pi.engines import find_engine
from core.pi.known import remember
from core.pi.setup.checks import Circumstances, check_all, disk_needed
from core.pi.setup.environment import remove, set_up
from core.pi.setup.survey import survey
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
    """Params: those of `connect_as_asked`, engine. Result: facts, checks, fits, free_bytes."""
    engine = find_engine(params["engine"])
    context.progress(0.1, "Connecting")
    with connect_as_asked(params) as connection:
        context.progress(0.5, "Looking at the Pi")
        facts, free_bytes = survey(connection), RemoteFolder(connection).free_bytes()
        seen = Circumstances(facts, free_bytes, disk_needed(engine, installed=False))
    remember(connection.address, facts.title)
    checks = check_all(seen)
    return {
        "where": connection.address.where,
        "title": facts.title,
        "facts": facts.to_json(),
        "checks": [checked.to_json() for checked in checks],
        "fits": all(checked.problem is None for checked in checks),
        "free_bytes": free_bytes,
    }


def setup(params: Json, context: JobContext) -> Json:
    """Params: those of `connect_as_asked`, engine, wheels (a folder, or nothing). Result: facts, already."""
    engine, wheels = find_engine(params["engine"]), path_of(params.get("wheels"))
    context.progress(0.02, "Connecting")
    with connect_as_asked(params) as connection:
        ready = set_up(RemoteFolder(connection), engine, told_to(context.section(0.1, 1.0)), wheels)
    remember(connection.address, ready.facts.title)
    return {
        "where": connection.address.where,
        "title": ready.facts.title,
        "facts": ready.facts.to_json(),
        "already": ready.already,
    }


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
