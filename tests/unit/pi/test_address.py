from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from core.cli.pi_options import pi_address
from core.errors import ThimbleError
from core.pi.address import PiAddress, parse_address
from core.pi.known import remember


@pytest.mark.parametrize(
    ("written", "host", "port", "known_as"),
    [
        ("raspberrypi.local", "raspberrypi.local", 22, "raspberrypi.local"),
        ("192.168.0.7:2222", "192.168.0.7", 2222, "[192.168.0.7]:2222"),
        ("[fe80::1]:2222", "fe80::1", 2222, "[fe80::1]:2222"),
        ("[fe80::1]", "fe80::1", 22, "fe80::1"),
        ("fe80::1", "fe80::1", 22, "fe80::1"),
    ],
)
def test_addresses_as_people_write_them(written: str, host: str, port: int, known_as: str) -> None:
    address = parse_address(written, "pi")
    assert (address.host, address.port, address.known_as) == (host, port, known_as)
    assert PiAddress.from_json(address.to_json()) == address


@pytest.mark.parametrize("written", ["", "a b", "pi:", "pi:0", "pi:99999", "pi:ssh", "[::1", "user@pi:22:1"])
def test_what_is_no_address(written: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_address(written, "pi")
    assert caught.value.code == "bad-address"


@pytest.mark.parametrize("folder", ["", "/", "../up", "a b", "x;rm", "$HOME", "a/../b"])
def test_what_is_no_folder(folder: str) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_address("pi", "pi", folder=folder)
    assert caught.value.code == "bad-folder"


def test_a_key_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ThimbleError) as caught:
        parse_address("pi", "pi", tmp_path / "id_ed25519")
    assert caught.value.code == "missing-file"


def test_the_pi_used_last_is_found_again_whatever_it_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path))
    last = PiAddress("raspberrypi.local", "ada", 22, Path("/keys/pi"), "/mnt/disk")
    remember(PiAddress("fe80::1", "eve", 2222), "another")
    remember(last, "Raspberry Pi 5")
    nothing = Namespace(host=None, user=None, key=None, folder=None)
    assert pi_address(nothing) == last
    assert pi_address(Namespace(**{**vars(nothing), "user": "bob"})) == replace(last, user="bob")
    other = pi_address(Namespace(**{**vars(nothing), "host": "[fe80::1]:2222"}))
    assert other == PiAddress("fe80::1", "eve", 2222)
    remember(replace(last, user="cid", folder="/mnt/another"), "Raspberry Pi 5")
    there = {**vars(nothing), "host": "raspberrypi.local"}
    assert pi_address(Namespace(**there)).folder == "/mnt/another"
    assert pi_address(Namespace(**{**there, "user": "ada"})) == last
