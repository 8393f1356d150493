"""Passwords of Pis: in the system's keyring, or in an environment variable; in no file of ours."""

from __future__ import annotations

import os

from core.errors import ThimbleError
from core.pi.address import PiAddress

PASSWORD_VARIABLE = "THIMBLE_SSH_PASSWORD"
_SERVICE = "thimble-ssh"


def find_password(address: PiAddress) -> str | None:
    """What THIMBLE_SSH_PASSWORD says, else what the keyring has for this user and host, else None.

    A computer without a keyring (a server without a desktop) has none for anybody.
    """
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(_SERVICE, address.where)  # type: ignore[no-any-return]
    except keyring.errors.KeyringError:
        return None


def keep_password(address: PiAddress, password: str) -> None:
    """Store it in the system's keyring. Raises ThimbleError ``no-keyring``."""
    import keyring
    import keyring.errors

    try:
        keyring.set_password(_SERVICE, address.where, password)
    except keyring.errors.KeyringError as error:
        raise ThimbleError(
            "no-keyring",
            f"this computer's keyring does not take the password: {error}",
            f"use an SSH key, or set {PASSWORD_VARIABLE}",
        ) from error


def forget_password(address: PiAddress) -> bool:
    """Remove it from the keyring; whether it was there."""
    import keyring
    import keyring.errors

    try:
        keyring.delete_password(_SERVICE, address.where)
    except keyring.errors.KeyringError:
        return False
    return True
