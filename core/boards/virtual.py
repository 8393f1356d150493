"""Virtual boards: starts the emulator as a process of its own, and always ends it."""

from __future__ import annotations

import json
import queue
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from codegen.errors import CodegenError
from codegen.firmware.elf import read_elf
from codegen.targets.board import Board
from codegen.targets.registry import find_target, memory_layout
from codegen.targets.target import WEIGHTS_SECTION, MemoryLayout
from core.boards.link import Link, Timeouts
from core.child_process import end_child
from core.errors import ThimbleError
from core.jobs.priority import lower
from core.paths import cache_dir

EMULATOR = Path(__file__).parent / "emulator"

_START_S = 60.0  # on a busy computer; the first start compiles the cycle counter
_END_S = 5.0
_PIECE_BYTES = 65536

_FAULTS = {
    "stack-overflow": "its stack overflowed",
    "read-outside-memory": "it read where the board has no memory",
    "write-outside-memory": "it wrote where the board has no memory",
    "write-to-flash": "it wrote into the flash, which is read-only",
    "execute-outside-memory": "it jumped to where there is no code",
    "unaligned-access": "it accessed memory at an odd place",
    "undefined-instruction": "it ran into something that is no instruction of this CPU",
    "fpu-is-off": "it computed with floating-point numbers before it switched that unit on",
    "exception": "the CPU took an exception",
    "main-returned": "it ended, which it never should",
}


@dataclass(frozen=True, slots=True)
class VirtualFault:
    """Why the program on a virtual board stopped: `kind` as in the emulator's README."""

    kind: str
    pc: int
    address: int | None

    def as_error(self) -> ThimbleError:
        where = f" (at 0x{self.pc:08x}"
        where += f", address 0x{self.address:08x})" if self.address is not None else ")"
        return ThimbleError(
            "virtual-board-fault",
            "the program on the virtual board stopped: "
            + _FAULTS.get(self.kind, f"fault {self.kind}")
            + where,
            "this is a fault in the generated program: report it with the model that shows it",
        )


class SocketTransport:
    """Bytes over a TCP socket to the emulator; `explain_end` tells why it is gone."""

    def __init__(self, connection: socket.socket, explain_end: Callable[[], ThimbleError]) -> None:
        self._connection = connection
        self._explain_end = explain_end

    def read(self, timeout_s: float) -> bytes:
        """Raises ThimbleError when the emulator is gone."""
        self._connection.settimeout(max(timeout_s, 0.001))
        try:
            data = self._connection.recv(_PIECE_BYTES)
        except TimeoutError:
            return b""
        except OSError:
            data = b""
        if not data:
            raise self._explain_end()
        return data

    def write(self, data: bytes) -> None:
        """Raises ThimbleError when the emulator is gone or takes nothing any more."""
        self._connection.settimeout(_END_S)
        try:
            self._connection.sendall(data)
        except OSError:
            raise self._explain_end() from None


def _reads_flash(elf: Path, layout: MemoryLayout) -> bool:
    """Whether weights are where they were flashed. A file that is no program is the emulator's to refuse."""
    try:
        sections = read_elf(elf).sections
    except (OSError, struct.error, CodegenError):
        return False
    return any(s.name == WEIGHTS_SECTION and s.size_bytes and not layout.in_sram(s.address) for s in sections)


class VirtualBoard:
    """A running virtual board: `with VirtualBoard(board, elf) as running: running.link.hello()`.

    `check_alignment` makes unaligned accesses faults, as they are on the CPU; it slows twentyfold.
    Entering raises ThimbleError ``virtual-board-start`` when the emulator does not start.
    """

    def __init__(
        self, board: Board, elf: Path, timeouts: Timeouts | None = None, check_alignment: bool = False
    ) -> None:
        self._board = board
        self._elf = elf
        self._timeouts = timeouts
        self._check_alignment = check_alignment
        self._process: subprocess.Popen[str] | None = None
        self._connection: socket.socket | None = None
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._complaints: list[str] = []
        self._readers: list[threading.Thread] = []
        self._link: Link | None = None

    @property
    def link(self) -> Link:
        if self._link is None:
            raise RuntimeError("the virtual board is not running")
        return self._link

    @property
    def emulator_pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the virtual board is not running")
        return self._process.pid

    def __enter__(self) -> VirtualBoard:
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _start(self) -> None:
        self._process = subprocess.Popen(
            self._command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        lower(self._process.pid)  # its times are counted cycles, which no priority changes
        self._read_in_background(self._process.stdout, self._take_message)
        self._read_in_background(self._process.stderr, self._complaints.append)
        message = self._next_message(_START_S)
        if message is None or "port" not in message:
            raise self._not_started(message)
        try:
            connection = socket.create_connection(("127.0.0.1", message["port"]), timeout=_END_S)
        except OSError as error:
            raise self._not_started({"error": str(error)}) from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._link = Link(SocketTransport(connection, self._explain_end), self._timeouts)

    def _command(self) -> list[str]:
        board, layout = self._board, memory_layout(self._board)
        return [
            sys.executable,
            str(EMULATOR),
            *("--elf", str(self._elf), "--cpu", board.cpu.value),
            *("--flash-origin", str(layout.flash_origin), "--flash-bytes", str(board.flash_bytes)),
            *("--sram-origin", str(layout.sram_origin), "--sram-bytes", str(board.sram_bytes)),
            *("--vectors", str(layout.vectors)),
            *("--cache-dir", str(cache_dir() / "emulator")),
            *(("--check-alignment",) if self._check_alignment else ()),
            *self._flash_cache(),
        ]

    def _flash_cache(self) -> tuple[str, ...]:
        """The cache of the flash, for programs that compute from it: to watch it slows the emulator."""
        cache, layout = find_target(self._board).flash_cache, memory_layout(self._board)
        if cache is None or not _reads_flash(self._elf, layout):
            return ()
        numbers = (cache.size_bytes, cache.ways, cache.line_bytes, cache.miss_cycles)
        return ("--flash-cache", ",".join(map(str, numbers)))

    def _read_in_background(self, stream: IO[str] | None, take: Callable[[str], None]) -> None:
        """Takes lines as they come: a pipe that nobody reads would stop the emulator."""
        if stream is None:
            raise RuntimeError("the emulator has no pipe")

        def read(lines: IO[str]) -> None:
            for line in lines:
                take(line)
            self._messages.put(None)

        thread = threading.Thread(target=read, args=(stream,), daemon=True)
        thread.start()
        self._readers.append(thread)

    def _take_message(self, line: str) -> None:
        try:
            message = json.loads(line)
        except ValueError:
            self._complaints.append(line)
            return
        if isinstance(message, dict):
            self._messages.put(message)

    def _next_message(self, timeout_s: float) -> dict[str, Any] | None:
        """What the emulator says next; None when it ended or stayed silent."""
        for _ in self._readers:  # each puts a None at the end of its pipe, and the other may still have lines
            try:
                message = self._messages.get(timeout=timeout_s)
            except queue.Empty:
                return None
            if message is not None:
                return message
        return None

    def _not_started(self, message: dict[str, Any] | None) -> ThimbleError:
        reason = (message or {}).get("error") or "".join(self._complaints[-3:]).strip()
        return ThimbleError(
            "virtual-board-start",
            f"the virtual board did not start: {reason or 'the emulator said nothing'}",
            "check that the packages 'unicorn' and 'ziglang' are installed and the cache folder is writable",
        )

    def _explain_end(self) -> ThimbleError:
        """Why the connection ended."""
        message = self._next_message(_END_S)
        if message is not None and "fault" in message:
            return VirtualFault(message["fault"], message["pc"], message["address"]).as_error()
        return ThimbleError(
            "board-gone",
            "the virtual board's emulator ended unexpectedly",
            "run it again; " + ("".join(self._complaints[-1:]).strip() or "it gave no reason"),
        )

    def _end(self) -> None:
        """Closing the connection and the pipe ends the emulator."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            end_child(self._process, _END_S, self._readers)
        self._process = self._connection = self._link = None
