"""An SSH connection to a Pi whose key is checked, and what is asked over it."""

from __future__ import annotations

import contextlib
import shlex
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import TYPE_CHECKING, Any

from core.errors import ThimbleError
from core.pi.address import PiAddress
from core.pi.host_keys import HostKey, look_up, read_known, require_accepted
from core.pi.passwords import PASSWORD_VARIABLE, find_password

if TYPE_CHECKING:
    import paramiko

_CONNECT_S = 10.0
_LOGIN_S = 30.0
#: How long the other side may be silent within an answer.
SILENCE_S = 20.0
_KEEPALIVE_S = 5
_KEPT_LINES = 1000
#: Long work says at least an empty line so often.
_BEAT_S = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command on the Pi ended. A status of −1: the connection ended before it did."""

    status: int
    stdout: str
    stderr: str

    @property
    def done(self) -> bool:
        return self.status == 0

    @property
    def last_words(self) -> str:
        """What it said in the end, for a sentence."""
        lines = [line.strip() for line in (self.stderr or self.stdout).splitlines() if line.strip()]
        return lines[-1][:300] if lines else f"exit status {self.status}"


class PiConnection:
    """An open connection; made by `connect`, closed at the end of its block.

    Whatever fails below it raises ThimbleError ``connection-lost``.
    """

    def __init__(self, address: PiAddress, client: paramiko.SSHClient) -> None:
        self.address = address
        self._client = client
        self._sftp: paramiko.SFTPClient | None = None

    def __enter__(self) -> PiConnection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._client.close()

    def start(self, command: str) -> paramiko.Channel:
        """A command that runs on, with its standard input open, and no terminal. Raises ThimbleError."""
        with self.guarded(), self._answering():
            transport = self._client.get_transport()
            if transport is None:
                raise EOFError
            channel = transport.open_session(timeout=_CONNECT_S)
            channel.settimeout(SILENCE_S)
            channel.exec_command(command)
            return channel

    def run(self, command: str, stdin: bytes = b"", timeout_s: float = SILENCE_S) -> Answer:
        """Run a command of the Pi's shell to its end; `timeout_s` is how long it may be silent.

        Raises ThimbleError ``connection-lost`` or ``pi-silent``.
        """
        with self.guarded():
            channel = self.start(command)
            with contextlib.closing(channel):
                channel.settimeout(timeout_s)
                if stdin:
                    channel.sendall(stdin)
                channel.shutdown_write()
                stdout = channel.makefile("rb").read()
                stderr = channel.makefile_stderr("rb").read()
                status = exit_status(channel, timeout_s)
        if status == -1:
            raise connection_lost(self.address, "it ended in the middle of a command")
        return Answer(status, _text(stdout), _text(stderr))

    def stream(
        self,
        command: str,
        on_line: Callable[[str], None],
        timeout_s: float,
        on_beat: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Run long work and tell each line that it prints; what `on_line` or `on_beat` raises ends it.

        The answer keeps the end of what was printed, `_KEPT_LINES`: a sensor may print for hours.
        `on_beat` is called every `_BEAT_S`, so that the user can cancel work that says nothing.
        Raises ThimbleError ``connection-lost`` or ``pi-silent``: a Pi that hangs, or work that prints nothing
        for `timeout_s`.
        """
        lines: deque[str] = deque(maxlen=_KEPT_LINES)
        heard_s = time.monotonic()
        with self.guarded(), contextlib.closing(self.start(_tied(f"{command} 2>&1"))) as channel:
            channel.settimeout(SILENCE_S)
            for raw in channel.makefile("rb"):
                if line := _text(raw).rstrip():
                    lines.append(line)
                    heard_s = time.monotonic()
                    on_line(line)
                elif time.monotonic() - heard_s > timeout_s:
                    raise TimeoutError
                else:
                    on_beat()
            status = exit_status(channel, SILENCE_S)
        if status == -1:
            raise connection_lost(self.address, "it ended in the middle of a command")
        return Answer(status, "\n".join(lines), "")

    def run_python(self, script: str, *arguments: str, timeout_s: float = SILENCE_S) -> Answer:
        """Run a script under the Pi's own Python. Raises ThimbleError."""
        words = " ".join(shlex.quote(word) for word in ("python3", "-", *arguments))
        return self.run(words, script.encode(), timeout_s)

    @property
    def sftp(self) -> paramiko.SFTPClient:
        """The file transfer over this connection. Raises ThimbleError."""
        if self._sftp is None:
            with self.guarded(), self._answering():
                self._sftp = self._client.open_sftp()
                self._sftp.get_channel().settimeout(SILENCE_S)
        return self._sftp

    @contextlib.contextmanager
    def _answering(self) -> Iterator[None]:
        """Around what paramiko waits for without a limit: a Pi that does not answer has lost its connection.

        Raises TimeoutError.
        """
        silent = threading.Event()

        def give_up() -> None:
            silent.set()
            self.close()

        timer = threading.Timer(SILENCE_S, give_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception:
            if silent.is_set():
                raise TimeoutError from None
            raise
        finally:
            timer.cancel()

    @contextlib.contextmanager
    def guarded(self) -> Iterator[None]:
        """What paramiko and the network raise within, in words."""
        import paramiko

        try:
            yield
        except TimeoutError as error:
            raise ThimbleError(
                "pi-silent",
                f"{self.address.host} does not answer any more",
                "check that it is on and in the network (it may be restarting), then try again",
            ) from error
        except (EOFError, ConnectionError, paramiko.SSHException) as error:
            raise connection_lost(self.address, str(error)) from error
        except OSError as error:
            if str(error) == "Socket is closed":
                raise connection_lost(self.address, str(error)) from error
            raise


def exit_status(channel: paramiko.Channel, timeout_s: float) -> int:
    """How the command ended; −1 where the connection ended first. Raises TimeoutError."""
    if not channel.status_event.wait(timeout_s):
        raise TimeoutError
    return int(channel.recv_exit_status())


def _tied(command: str) -> str:
    """The command and its children, ended when standard input does: without a terminal they would outlive the
    connection. Empty lines tell that the Pi is there."""
    watch = "(cat; kill -- -$p) <&3 >/dev/null 2>&1 3<&- &"
    beat = f"(while sleep {_BEAT_S} >/dev/null 2>&1; do echo; done) </dev/null 3<&- &"
    start = f"setsid sh -c {shlex.quote(command)} </dev/null 3<&- &"
    return f"exec 3<&0; {start} p=$!; {watch} c=$!; {beat} b=$!; wait $p; s=$?; kill $c $b; exit $s"


def connection_lost(address: PiAddress, why: str = "") -> ThimbleError:
    """The words for a connection that ended by itself."""
    return ThimbleError(
        "connection-lost",
        f"the connection to {address.host} was lost" + (f" ({why})" if why else ""),
        "check the network and the Pi's power (it may be restarting), then try again: it goes on from there",
    )


def connect(address: PiAddress, accepted_key: str | None = None, password: str | None = None) -> PiConnection:
    """Log in: with `address.key_file` (where a passphrase locks it: with the agent), else with keys of the
    agent and of ~/.ssh, else with a password, which is `password`, or from `find_password`.

    Raises ThimbleError ``pi-not-found``, ``pi-refused``, ``pi-silent``, ``unknown-host-key``,
    ``changed-host-key``, ``other-host-key``, ``login-refused`` or ``bad-key``.
    """
    import paramiko

    password = password or find_password(address)
    client = paramiko.SSHClient()
    try:
        try:
            _log_in(client, address, accepted_key, password)
        except paramiko.BadHostKeyException as changed:
            require_accepted(address, changed.key, accepted_key)
            _log_in(client, address, accepted_key, password)
        except paramiko.PasswordRequiredException as locked:
            client.close()
            try:
                _log_in(client, replace(address, key_file=None), accepted_key, password, files=False)
            except paramiko.SSHException:
                raise locked from None
    except BaseException as error:
        client.close()
        raise _login_failure(address, error, password is not None) from error
    transport = client.get_transport()
    if transport is not None:
        transport.set_keepalive(_KEEPALIVE_S)
        # small questions and answers: without this each waits for the other side's delayed acknowledgement
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return PiConnection(address, client)


def host_key(address: PiAddress) -> HostKey:
    """The key that the host shows, and what is known of it; nobody logs in. Raises ThimbleError."""
    return look_up(address, _key_of(address))


def _log_in(
    client: paramiko.SSHClient,
    address: PiAddress,
    accepted_key: str | None,
    password: str | None,
    files: bool = True,
) -> None:
    """`files`: the keys in ~/.ssh count too, where none is named."""
    client.get_host_keys().clear()
    for kind, key in (read_known().lookup(address.known_as) or {}).items():
        client.get_host_keys().add(address.known_as, kind, key)
    client.set_missing_host_key_policy(_Judge(address, accepted_key))
    client.connect(
        address.host,
        address.port,
        address.user,
        password=password,
        key_filename=str(address.key_file) if address.key_file else None,
        allow_agent=address.key_file is None,
        look_for_keys=files and address.key_file is None,
        timeout=_CONNECT_S,
        banner_timeout=_LOGIN_S,
        auth_timeout=_LOGIN_S,
    )


@dataclass(frozen=True, slots=True)
class _Judge:
    """paramiko's policy for hosts whose key is not stored, before anybody logs in."""

    address: PiAddress
    accepted_key: str | None

    def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
        require_accepted(self.address, key, self.accepted_key)


def _key_of(address: PiAddress) -> Any:
    """The host's key, of the kind that is stored where one is."""
    import paramiko

    kinds = tuple(read_known().lookup(address.known_as) or {})
    transport = None
    try:
        wire = socket.create_connection((address.host, address.port), timeout=_CONNECT_S)
        transport = paramiko.Transport(wire)
        options = transport.get_security_options()
        options.key_types = sorted(options.key_types, key=lambda kind: kind not in kinds)
        transport.banner_timeout = _LOGIN_S
        transport.start_client(timeout=_LOGIN_S)
        return transport.get_remote_server_key()
    except (OSError, EOFError, paramiko.SSHException) as error:
        raise _unreachable(address, error) from error
    finally:
        if transport is not None:
            transport.close()


def _unreachable(address: PiAddress, error: BaseException) -> ThimbleError:
    if isinstance(error, socket.gaierror):
        return ThimbleError(
            "pi-not-found",
            f"there is no computer called {address.host!r} in this network",
            "check the name, or give the Pi's number (`hostname -I` on it, or the list in your router)",
        )
    tried = getattr(error, "errors", {}).values()  # paramiko's, one for each of the name's addresses
    if any(isinstance(each, ConnectionRefusedError) for each in (error, *tried)):
        return ThimbleError(
            "pi-refused",
            f"{address.host} does not let anybody in on port {address.port}",
            "switch SSH on: `sudo raspi-config`, Interface Options; or give another port, NAME:PORT",
        )
    return ThimbleError(
        "pi-silent",
        f"{address.host} does not answer on port {address.port} ({str(error) or type(error).__name__})",
        "check that it is on and in this network; after switching on, a Pi takes a minute until it answers",
    )


def _login_failure(address: PiAddress, error: BaseException, with_password: bool) -> BaseException:
    import paramiko

    if isinstance(error, paramiko.PasswordRequiredException):
        return ThimbleError(
            "bad-key",
            f"the key {address.key_file or 'in ~/.ssh'} has a passphrase",
            "load it into your SSH agent with ssh-add; where the key is locked, the agent is asked",
        )
    if isinstance(error, paramiko.AuthenticationException):
        tried = "the password" if with_password else "your SSH keys; no password is known"
        if address.key_file is not None:
            tried = f"the key {address.key_file}" + (" nor the password" if with_password else "")
        return ThimbleError(
            "login-refused",
            f"{address.host} does not let {address.user} in with {tried}",
            f"check --user and --key, or give the password in {PASSWORD_VARIABLE}"
            " or once with `thimble pi password`",
        )
    if isinstance(error, paramiko.SSHException) and "key" in str(error).lower() and address.key_file:
        return ThimbleError(
            "bad-key",
            f"{address.key_file} is not a private key that can be used ({error})",
            "give the private key, not the .pub",
        )
    if isinstance(error, OSError | EOFError | paramiko.SSHException):
        return _unreachable(address, error)
    return error


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")
