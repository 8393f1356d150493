"""The line between the host and the board's program, and everything that happens on it."""

from __future__ import annotations

import os
import random
import select
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.errors import ThimbleError

_PIECE_BYTES = 65536


@dataclass
class Happened:
    """To the frames of one direction. `sent` were handed to the line, `arrived` are those that came whole,
    the second of a doubled frame included."""

    sent: int = 0
    damaged: int = 0
    lost: int = 0
    doubled: int = 0

    @property
    def arrived(self) -> int:
        return self.sent - self.damaged - self.lost + self.doubled


class Line:
    """A transport to the program `board` whose frames meet a mishap with probability `rate`.

    A damaged frame has one byte changed, into another that is not zero: still one packet, and never a frame.
    Frames keep their order. Everything follows from `seed`.
    """

    def __init__(self, board: Path, rate: float, seed: int) -> None:
        self.up, self.down = Happened(), Happened()
        self._rate = rate
        self._random = random.Random(seed)
        self._process = subprocess.Popen(
            [str(board)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
        )
        self._half = b""

    def close(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(5)
        self._process.stdout.close()

    def write(self, data: bytes) -> None:
        assert self._process.stdin
        # The zero before a hello belongs to no frame.
        self._process.stdin.write(data if data == b"\0" else self._pass(data, self.up))

    def read(self, timeout_s: float) -> bytes:
        assert self._process.stdout
        if not select.select([self._process.stdout], [], [], timeout_s)[0]:
            return b""
        piece = os.read(self._process.stdout.fileno(), _PIECE_BYTES)
        if not piece:
            raise ThimbleError("board-gone", "the board's program ended", "look at why")
        *packets, self._half = (self._half + piece).split(b"\0")
        return b"".join(self._pass(packet + b"\0", self.down) for packet in packets)

    def _pass(self, packet: bytes, happened: Happened) -> bytes:
        happened.sent += 1
        if self._random.random() >= self._rate:
            return packet
        mishap = self._random.randrange(3)
        if mishap == 0:
            happened.damaged += 1
            place = self._random.randrange(len(packet) - 1)
            other = self._random.choice([b for b in range(1, 256) if b != packet[place]])
            return packet[:place] + bytes([other]) + packet[place + 1 :]
        if mishap == 1:
            happened.lost += 1
            return b""
        happened.doubled += 1
        return packet * 2

    def be_good(self) -> None:
        """No mishap any more."""
        self._rate = 0.0
