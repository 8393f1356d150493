from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ThimbleError
from core.pi.address import PiAddress, parse_address


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
