"""Keeping and forgetting what this computer knows of a Pi, with a keyring of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend

from core.errors import ThimbleError
from core.jobs.context import JobContext
from core.jobs.tasks.pi_secrets import forget_pi, keep
from core.pi.address import PiAddress
from core.pi.known import known_pis, remember
from core.pi.passwords import find_password

ADDRESS = PiAddress("berry", "ann", 2222)


class MemoryKeyring(KeyringBackend):
    """Keeps passwords as long as a test runs; `locked` refuses them."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked("it is locked")
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.kept.pop((service, username), None) is None:
            raise keyring.errors.PasswordDeleteError("not there")


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MemoryKeyring]:
    for module in ("known", "host_keys"):
        monkeypatch.setattr(f"core.pi.{module}.settings_dir", lambda: tmp_path)
    monkeypatch.delenv("THIMBLE_SSH_PASSWORD", raising=False)
    before, ring = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(ring)
    yield ring
    keyring.set_keyring(before)


def context() -> JobContext:
    return JobContext(lambda event: None)


def test_a_password_is_kept_in_the_keyring_alone_and_forgotten(ring: MemoryKeyring, tmp_path: Path) -> None:
    params = {"address": ADDRESS.to_json(), "password": "secret"}
    assert keep(params, context()) == {"where": "ann@berry:2222"}
    assert find_password(ADDRESS) == "secret"
    remember(ADDRESS, "Berry")
    assert all("secret" not in file.read_text() for file in tmp_path.rglob("*") if file.is_file())
    forgotten = forget_pi({"address": ADDRESS.to_json()}, context())
    assert forgotten == {"where": "ann@berry:2222", "key": False, "password": True, "name": True}
    assert (ring.kept, known_pis(), find_password(ADDRESS)) == ({}, (), None)
    again = forget_pi({"address": ADDRESS.to_json()}, context())
    assert not any(again[what] for what in ("key", "password", "name"))


def test_a_keyring_that_takes_nothing_is_told(ring: MemoryKeyring) -> None:
    ring.locked = True
    with pytest.raises(ThimbleError, match="keyring does not take"):
        keep({"address": ADDRESS.to_json(), "password": "secret"}, context())
    assert find_password(ADDRESS) is None
