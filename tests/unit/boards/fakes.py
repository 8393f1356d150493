"""Boards that misbehave, and a clock that needs no time."""

from __future__ import annotations

import bisect
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from core.boards import protocol
from core.boards.protocol import Frame, FrameReader, FrameType
from core.errors import ThimbleError

INPUT_BYTES = 1300
OUTPUT_BYTES = 700
HELLO = struct.pack("<HHIIII16s32s", 1, 1, 4000, INPUT_BYTES, OUTPUT_BYTES, 1000, b"fake", bytes(32))


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Board:
    """What a board does, once for each request that it has not seen: adds bytes, remembers requests."""

    done: list[FrameType] = field(default_factory=list)
    input: bytearray = field(default_factory=bytearray)

    def answer(self, frame: Frame) -> bytes:
        kind = FrameType(frame.kind)
        self.done.append(kind)
        if kind is FrameType.HELLO:
            return HELLO
        if kind is FrameType.LOAD_INPUT:
            self.input += frame.payload[4:]
        if kind is FrameType.READ_OUTPUT:
            offset, length = struct.unpack("<IH", frame.payload)
            return bytes(i % 251 for i in range(offset, offset + length))
        if kind is FrameType.COUNTERS:
            return struct.pack("<IIIIQQQIQQQII", 1, 2048, 100, 3, 10, 20, 0, 11, 1, 2, 5, 4, 3)
        return b""


#: What happens to a packet on its way: the packets that arrive instead, None when the cable is pulled.
Mishap = Callable[[int, bytes], list[bytes] | None]


def intact(number: int, packet: bytes) -> list[bytes] | None:
    return [packet]


class FakeTransport:
    """A board with the firmware's habits behind a line where `up` and `down` do their worst.

    `delay_s` is what each answer takes. Time passes only on `clock`.
    """

    def __init__(
        self, clock: Clock, up: Mishap = intact, down: Mishap = intact, delay_s: float = 0.0
    ) -> None:
        self.board = Board()
        self.written: list[bytes] = []
        self._clock, self._up, self._down, self._delay_s = clock, up, down, delay_s
        self._reader = FrameReader()
        self._last: tuple[int, bytes] | None = None
        self._arriving: list[tuple[float, bytes]] = []
        self._sent = 0
        self._pulled = False

    def write(self, data: bytes) -> None:
        self._check()
        self.written.append(data)
        for packet in self._through(self._up, len(self.written) - 1, data):
            for frame in self._reader.feed(packet):
                self._take(frame)

    def read(self, timeout_s: float) -> bytes:
        self._check()
        assert timeout_s > 0
        if self._arriving and self._arriving[0][0] <= self._clock.now_s + timeout_s:
            at_s, packet = self._arriving.pop(0)
            self._clock.now_s = max(self._clock.now_s, at_s)
            return packet
        self._clock.now_s += timeout_s
        return b""

    def _take(self, frame: Frame) -> None:
        self._send(Frame(FrameType.ACKNOWLEDGE, frame.sequence), 0.0)
        if self._last is None or self._last[0] != frame.sequence:
            self._last = (frame.sequence, self.board.answer(frame))
        self._send(Frame(frame.kind | protocol.RESPONSE_BIT, frame.sequence, self._last[1]), self._delay_s)

    def _send(self, frame: Frame, delay_s: float) -> None:
        for packet in self._through(self._down, self._sent, protocol.encode(frame)):
            arrives_s = self._clock.now_s + delay_s
            bisect.insort(self._arriving, (arrives_s, packet), key=lambda arriving: arriving[0])
        self._sent += 1

    def _through(self, mishap: Mishap, number: int, packet: bytes) -> list[bytes]:
        arrived = mishap(number, packet)
        if arrived is None:
            self._pulled = True
        return arrived or []

    def _check(self) -> None:
        if self._pulled:
            raise ThimbleError("board-gone", "the board was unplugged", "plug it in again")
