"""The bytes between the emulated board and the one host that may connect, on the loopback interface."""

from __future__ import annotations

import os
import socket
import sys
import threading

_HOST = "127.0.0.1"
_PIECE_BYTES = 65536


class Channel:
    """Receives in a thread of its own, so that the end of the connection ends a busy emulator too."""

    def __init__(self) -> None:
        self._listener = socket.create_server((_HOST, 0), backlog=1)
        self._received = bytearray()
        self._arrived = threading.Condition()
        self._connection: socket.socket | None = None

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def wait_for_host(self, timeout_s: float) -> None:
        """Takes the first connection and no other. Raises TimeoutError."""
        self._listener.settimeout(timeout_s)
        connection, _ = self._listener.accept()
        self._listener.close()
        connection.settimeout(None)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        threading.Thread(target=self._receive, args=(connection,), daemon=True).start()

    def _receive(self, connection: socket.socket) -> None:
        while True:
            try:
                piece = connection.recv(_PIECE_BYTES)
            except OSError:
                piece = b""
            if not piece:
                end_process()
            with self._arrived:
                self._received += piece
                self._arrived.notify()

    def read(self, capacity: int) -> bytes:
        """Waits for at least one byte; gives at most `capacity`."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._received)
            piece = bytes(self._received[:capacity])
            del self._received[:capacity]
        return piece

    def write(self, data: bytes) -> None:
        if self._connection is None:
            raise RuntimeError("no host is connected")
        try:
            self._connection.sendall(data)
        except OSError:
            end_process()


def end_process() -> None:
    """The host is gone: nothing is left to do, whatever the emulated CPU is busy with."""
    sys.stdout.flush()
    os._exit(0)


def end_with_parent() -> None:
    """End when standard input closes: the parent is gone, even when it was killed."""

    def watch() -> None:
        # The raw descriptor: a buffered reader would hold a lock that the interpreter wants at its end.
        while os.read(0, _PIECE_BYTES):
            pass
        end_process()

    threading.Thread(target=watch, daemon=True).start()
