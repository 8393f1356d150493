from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import core.pi.discovery
from core.boards.devices import DeviceKind, find_devices
from core.pi.address import PiAddress
from core.pi.discovery import FoundPi, How, find_pis
from core.pi.known import forget, known_pis, remember


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path))


@pytest.fixture
def listening() -> Iterator[PiAddress]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield PiAddress("127.0.0.1", "ada", server.getsockname()[1])


def test_known_pis_are_listed_while_they_answer(
    listening: PiAddress, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        gone = replace(listening, port=free.getsockname()[1])
    remember(gone, "Raspberry Pi 3")
    remember(listening, "Raspberry Pi 5")
    monkeypatch.setattr(core.pi.discovery, "_LOOKS", (core.pi.discovery._used_before,))
    assert find_pis(0.1) == (FoundPi("127.0.0.1", listening.port, "ada", "Raspberry Pi 5", How.USED_BEFORE),)
    device = find_devices(meters=list)[-1]
    assert (device.id, device.kind, device.where) == ("pi", DeviceKind.PI, f"127.0.0.1:{listening.port}")
    assert "--user ada" in device.note


def test_a_pi_that_is_found_in_several_ways_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    known = FoundPi("pi.local", 22, "ada", "Raspberry Pi 5", How.USED_BEFORE)
    again, other = (
        replace(known, user=None, how=How.ANNOUNCED, host=host) for host in ("pi.local", "x.local")
    )

    def no_network(look_s: float) -> list[FoundPi]:
        raise OSError("Network is unreachable")

    looks = (lambda _: [known], lambda _: [other, again], no_network)
    monkeypatch.setattr(core.pi.discovery, "_LOOKS", looks)
    assert find_pis(0.1) == (known, other)


def test_a_look_that_never_ends_does_not_hold_up_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    known = FoundPi("pi.local", 22, "ada", "Raspberry Pi 5", How.USED_BEFORE)

    def hang(look_s: float) -> list[FoundPi]:
        ended.wait(60)
        return []

    monkeypatch.setattr(core.pi.discovery, "_LOOKS", (hang, lambda _: [known]))
    monkeypatch.setattr(core.pi.discovery, "_CONNECT_S", 0.1)
    begun_s = time.monotonic()
    assert find_pis(0.1) == (known,)
    assert time.monotonic() - begun_s < 30
    ended.set()


def test_what_is_remembered(tmp_path: Path) -> None:
    first, second = PiAddress("a", "pi"), PiAddress("b", "pi", key_file=Path("/k"), folder="/mnt/thimble")
    remember(first, "one")
    remember(second, "two")
    remember(first, "one again")
    assert [(pi.address, pi.title) for pi in known_pis()] == [(first, "one again"), (second, "two")]
    assert forget(first)
    assert not forget(first)
    (tmp_path / "pis.json").write_text("{broken")
    assert known_pis() == ()


def test_an_address_is_written_as_it_is_given() -> None:
    found = FoundPi("fe80::1", 2222, None, "x", How.ANNOUNCED)
    assert found.where == "[fe80::1]:2222"
    assert replace(found, host="pi.local", port=22).where == "pi.local"
