"""Tasks that keep and forget what this computer knows of a Raspberry Pi: keyrings may ask, and wait."""

from __future__ import annotations

from typing import Any

from core.jobs.context import JobContext
from core.pi.address import PiAddress
from core.pi.host_keys import forget_host
from core.pi.known import forget
from core.pi.passwords import forget_password, keep_password


def keep(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: address, password. Result: where. Raises ThimbleError ``no-keyring``."""
    address = PiAddress.from_json(params["address"])
    context.progress(0.1, "Putting the password into the keyring")
    keep_password(address, params["password"])
    return {"where": address.where}


def forget_pi(params: dict[str, Any], context: JobContext) -> dict[str, Any]:
    """Params: address. Result: where, and whether a key, a password and a name were there."""
    address = PiAddress.from_json(params["address"])
    context.progress(0.1, "Forgetting the Pi")
    return {
        "where": address.where,
        "key": forget_host(address),
        "password": forget_password(address),
        "name": forget(address),
    }
