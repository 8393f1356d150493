"""An OpenSSH server on 127.0.0.1 in the place of a Pi, and a folder that looks as if it were set up."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path

import psutil

from core.pi.address import PiAddress

SSHD = shutil.which("sshd", path=os.environ.get("PATH", "") + ":/usr/sbin")
_CONFIG = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication yes
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 100
Subsystem sftp internal-sftp
SetEnv PATH={folder}/bin:{path} HOME={folder}
"""


@dataclass
class Loopback:
    """The server's files are in `folder`, whose `bin` comes first on the path of what runs over SSH."""

    folder: Path
    port: int = 0
    _server: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def address(self) -> PiAddress:
        return PiAddress("127.0.0.1", getuser(), self.port, self.folder / "client_key", str(self.pi_folder))

    @property
    def pi_folder(self) -> Path:
        return self.folder / "pi" / "thimble"

    @property
    def fingerprint(self) -> str:
        said = subprocess.run(
            ["ssh-keygen", "-lf", str(self.folder / "host_key.pub")],
            capture_output=True,
            text=True,
            check=True,
        )
        return said.stdout.split()[1]

    def make_keys(self) -> None:
        for name in ("host_key", "client_key"):
            self.new_key(name)
        shutil.copy(self.folder / "client_key.pub", self.folder / "authorized_keys")
        (self.folder / "bin").mkdir()

    def new_key(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(self.folder / name)]
        subprocess.run(command, check=True)

    def start(self) -> None:
        assert SSHD is not None
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(exist_ok=True)  # where sshd's separated half lives
        if not self.port:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.port = free.getsockname()[1]
        config = self.folder / "sshd_config"
        path = os.environ["PATH"]
        config.write_text(_CONFIG.format(port=self.port, folder=self.folder, path=path))
        self._server = subprocess.Popen(
            [SSHD, "-D", "-E", str(self.folder / "log"), "-f", str(config)], start_new_session=True
        )
        self._wait()

    def _wait(self) -> None:
        assert self._server is not None
        until_s = time.monotonic() + 30
        while time.monotonic() < until_s:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                assert self._server.poll() is None, (self.folder / "log").read_text()
                time.sleep(0.02)
        raise AssertionError("sshd did not start")

    def sessions(self) -> list[psutil.Process]:
        """The server's processes of open connections."""
        assert self._server is not None
        return psutil.Process(self._server.pid).children()

    def drop(self) -> None:
        """Every open connection breaks; the server goes on."""
        for session in self.sessions():
            with contextlib.suppress(psutil.NoSuchProcess):
                for process in session.children():
                    if "sshd" in process.name():
                        process.kill()
                session.kill()

    def stop(self) -> None:
        if self._server is None:
            return
        self.drop()
        self._server.send_signal(signal.SIGTERM)
        self._server.wait(10)
        self._server = None

    def program(self, name: str, script: str) -> None:
        """A program on the path of what runs over SSH."""
        file = self.folder / "bin" / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)

    def set_up(self, *requirements: str) -> None:
        """The Pi's folder with this very Python in the place of its environment."""
        python = self.pi_folder / "venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
        python.chmod(0o755)
        self.program("python3", f'exec {sys.executable} "$@"')
        stamp = {
            "version": 1,
            "python": ".".join(map(str, sys.version_info[:3])),
            "requirements": [*requirements],
        }
        (self.pi_folder / "environment.json").write_text(json.dumps(stamp))


def running_under(folder: Path) -> list[int]:
    """Processes whose command line names something in `folder`, the server's own aside."""
    found = []
    for process in psutil.process_iter(["cmdline", "name"]):
        words = " ".join(process.info["cmdline"] or ())
        if str(folder) in words and "sshd" not in (process.info["name"] or ""):
            found.append(process.pid)
    return found


def all_gone(folder: Path) -> bool:
    until_s = time.monotonic() + 20
    while running_under(folder):
        if time.monotonic() > until_s:
            return False
        time.sleep(0.05)
    return True
