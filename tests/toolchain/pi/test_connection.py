"""Logging in: keys of hosts and people, and everything that can be wrong with them."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import paramiko
import pytest

from core.errors import ThimbleError
from core.pi.address import PiAddress
from core.pi.connection import connect, host_key
from core.pi.host_keys import KeyState, forget_host, known_hosts_file
from core.pi.passwords import PASSWORD_VARIABLE
from tests.toolchain.pi.loopback import Loopback

pytestmark = pytest.mark.usefixtures("own_folders")


def test_an_unknown_host_stops_with_its_fingerprint(server: Loopback) -> None:
    with pytest.raises(ThimbleError) as caught:
        connect(server.address)
    assert caught.value.code == "unknown-host-key"
    assert server.fingerprint in caught.value.what
    assert f"--accept-host-key {server.fingerprint}" in caught.value.hint
    assert not known_hosts_file().exists()


def test_exactly_the_accepted_key_is_let_pass_and_remembered(server: Loopback) -> None:
    with pytest.raises(ThimbleError) as caught:
        connect(server.address, "SHA256:somethingElse")
    assert caught.value.code == "other-host-key"
    assert host_key(server.address).state is KeyState.UNKNOWN
    with connect(server.address, server.fingerprint) as connection:
        assert connection.run("echo there").stdout == "there\n"
    assert host_key(server.address).state is KeyState.KNOWN
    with connect(server.address) as again:
        assert again.run("exit 3").status == 3
    assert forget_host(server.address)
    assert host_key(server.address).state is KeyState.UNKNOWN


def test_a_changed_key_is_refused_until_it_is_accepted(tmp_path: Path) -> None:
    loopback = Loopback(tmp_path / "server")
    loopback.folder.mkdir()
    loopback.make_keys()
    loopback.start()
    try:
        connect(loopback.address, loopback.fingerprint).close()
        loopback.stop()
        loopback.new_key("host_key")
        loopback.start()
        with pytest.raises(ThimbleError) as caught:
            connect(loopback.address)
        assert caught.value.code == "changed-host-key"
        assert "installed anew" in caught.value.what
        assert loopback.fingerprint in caught.value.what
        assert host_key(loopback.address).state is KeyState.CHANGED
        connect(loopback.address, loopback.fingerprint).close()
        connect(loopback.address).close()
        assert len(known_hosts_file().read_text().splitlines()) == 1
    finally:
        loopback.stop()


def test_a_wrong_password_and_a_wrong_key(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.new_key("other_key")
    stranger = replace(server.address, key_file=server.folder / "other_key")
    with pytest.raises(ThimbleError) as caught:
        connect(stranger, server.fingerprint)
    assert caught.value.code == "login-refused"
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong")
    with pytest.raises(ThimbleError) as caught:
        connect(stranger, server.fingerprint)
    assert caught.value.code == "login-refused"
    assert "nor the password" in caught.value.what
    (tmp_path / "no_key").write_text("not a key")
    with pytest.raises(ThimbleError) as caught:
        connect(replace(server.address, key_file=tmp_path / "no_key"), server.fingerprint)
    assert caught.value.code in ("bad-key", "login-refused")


def test_a_key_with_a_passphrase_is_the_agents_business(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, socket_path = tmp_path / "locked", tmp_path / "agent"
    shutil.copy(server.folder / "client_key", key)
    monkeypatch.setenv("SSH_AUTH_SOCK", str(socket_path))
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket_path)], stdout=subprocess.DEVNULL)
    try:
        until_s = time.monotonic() + 30
        while not socket_path.exists():
            assert time.monotonic() < until_s
            time.sleep(0.02)
        subprocess.run(["ssh-add", "-q", str(key)], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["ssh-keygen", "-q", "-p", "-P", "", "-N", "secret", "-f", str(key)], check=True)
        locked = replace(server.address, key_file=key)
        connect(locked, server.fingerprint).close()
        subprocess.run(["ssh-add", "-q", "-D"], check=True, stderr=subprocess.DEVNULL)
        with pytest.raises(ThimbleError, match="has a passphrase") as caught:
            connect(locked, server.fingerprint)
        assert "ssh-add" in caught.value.hint
    finally:
        agent.kill()
        agent.wait()


class _TakesPassword(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        right = (username, password) == ("pi", "raspberry")
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


@pytest.fixture
def password_server() -> Iterator[tuple[PiAddress, str]]:
    """paramiko's own server: the right password of the real one is nobody's to know."""
    key = paramiko.ECDSAKey.generate()
    ended = threading.Event()

    def serve(listener: socket.socket) -> None:
        while not ended.is_set():
            try:
                wire, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(wire)
            transport.add_server_key(key)
            transport.start_server(server=_TakesPassword())

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield PiAddress("127.0.0.1", "pi", listener.getsockname()[1]), key.fingerprint
        ended.set()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def test_the_password_comes_from_the_environment_or_the_caller(
    password_server: tuple[PiAddress, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, fingerprint = password_server
    connect(address, fingerprint, password="raspberry").close()
    monkeypatch.setenv(PASSWORD_VARIABLE, "raspberry")
    connect(address).close()


def test_nobody_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ThimbleError) as caught:
        connect(PiAddress("127.0.0.1", "pi", port))
    assert caught.value.code == "pi-refused"
    with pytest.raises(ThimbleError) as caught:
        connect(PiAddress("no-such-pi.invalid", "pi"))
    assert caught.value.code == "pi-not-found"


def test_something_else_than_ssh_on_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def answer() -> None:
            wire, _ = listener.accept()
            wire.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            wire.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with pytest.raises(ThimbleError) as caught:
            host_key(PiAddress("127.0.0.1", "pi", listener.getsockname()[1]))
        thread.join(5)
    assert caught.value.code == "pi-silent"


def test_a_command_whose_connection_breaks(pi: Loopback) -> None:
    with connect(pi.address, pi.fingerprint) as connection:
        threading.Timer(0.3, pi.drop).start()
        with pytest.raises(ThimbleError) as caught:
            connection.run("sleep 30")
    assert caught.value.code == "connection-lost"
