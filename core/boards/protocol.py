"""Frames of protocol version 1 as values: encoding and decoding, without any input or output.

docs/protocol.md describes them; codegen/targets/firmware has the board's side in C.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag

VERSION = 1
CHUNK_BYTES = 512
PAYLOAD_BYTES = CHUNK_BYTES + 8
RESPONSE_BIT = 0x8000

_COBS_GROUP_BYTES = 254

_HEADER = struct.Struct("<HHH")
_CRC = struct.Struct("<I")
_HELLO = struct.Struct("<HHIIII16s32s")
_COUNTERS = struct.Struct("<IIIIQQQIQQQII")
_COUNTS = struct.Struct("<IQQQ")
_LAYERS = struct.Struct("<H")
_FRAME_BYTES = _HEADER.size + PAYLOAD_BYTES + _CRC.size
#: With COBS's overhead of one byte in 254, and one to begin.
ENCODED_BYTES = _FRAME_BYTES + _FRAME_BYTES // 254 + 1


class FrameType(IntEnum):
    """Types of frames. A response has the type of its request with `RESPONSE_BIT`."""

    HELLO = 1
    LOAD_INPUT = 2
    RUN = 3
    READ_OUTPUT = 4
    COUNTERS = 5
    BOOTLOADER = 6
    IDENTIFY = 7
    PROFILE = 8
    ACKNOWLEDGE = 0x4000
    ERROR = 0xC000


class RunFlag(IntFlag):
    """How to run: UNDISTURBED keeps the board from listening meanwhile."""

    UNDISTURBED = 1


class BoardError(IntEnum):
    """Why the board refused a request."""

    UNKNOWN_REQUEST = 1
    BAD_LENGTH = 2
    BAD_RANGE = 3
    NOT_READY = 4
    UNSUPPORTED = 5


@dataclass(frozen=True, slots=True)
class Frame:
    """`kind` is a FrameType, a response's type, or a number of a later version; `sequence` is 16 bits."""

    kind: int
    sequence: int
    payload: bytes = b""


def cobs_encode(data: bytes) -> bytes:
    """Consistent Overhead Byte Stuffing (Cheshire and Baker, 1999): the same bytes without any zero."""
    encoded = bytearray()
    groups = data.split(b"\0")
    for number, group in enumerate(groups, 1):
        rest = group
        while len(rest) >= _COBS_GROUP_BYTES:
            encoded += b"\xff" + rest[:_COBS_GROUP_BYTES]
            rest = rest[_COBS_GROUP_BYTES:]
        ended_by_full_group = number == len(groups) and group and not rest
        if not ended_by_full_group:
            encoded.append(len(rest) + 1)
            encoded += rest
    return bytes(encoded)


def cobs_decode(packet: bytes) -> bytes:
    """The bytes before encoding. Raises ValueError when the packet is malformed."""
    decoded = bytearray()
    position = 0
    while position < len(packet):
        code = packet[position]
        group = packet[position + 1 : position + code]
        if code == 0 or len(group) != code - 1 or 0 in group:
            raise ValueError("a malformed COBS packet")
        decoded += group
        position += code
        if code != 255 and position < len(packet):
            decoded.append(0)
    return bytes(decoded)


def encode(frame: Frame) -> bytes:
    """The frame as sent, the zero at its end included. Raises ValueError for a payload that is too long."""
    if len(frame.payload) > PAYLOAD_BYTES:
        raise ValueError(f"a payload of {len(frame.payload)} bytes, {PAYLOAD_BYTES} are the most")
    plain = _HEADER.pack(frame.kind, frame.sequence, len(frame.payload)) + frame.payload
    return cobs_encode(plain + _CRC.pack(zlib.crc32(plain))) + b"\0"


def decode(packet: bytes) -> Frame:
    """The frame in a packet, given without its zero. Raises ValueError for anything damaged."""
    plain = cobs_decode(packet)
    if len(plain) < _HEADER.size + _CRC.size:
        raise ValueError("a packet too short for a frame")
    kind, sequence, length = _HEADER.unpack_from(plain)
    payload = plain[_HEADER.size : -_CRC.size]
    if length != len(payload) or length > PAYLOAD_BYTES:
        raise ValueError("a frame whose length does not agree with its header")
    if _CRC.unpack(plain[-_CRC.size :])[0] != zlib.crc32(plain[: -_CRC.size]):
        raise ValueError("a frame with a wrong checksum")
    return Frame(kind, sequence, payload)


class FrameReader:
    """Cuts a stream of bytes into frames. Damaged ones are counted in `damaged` and left out."""

    def __init__(self) -> None:
        self._pending = bytearray()
        self._overlong = False
        self.damaged = 0

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that are complete with these bytes."""
        *packets, rest = data.split(b"\0")
        for packet in packets:
            self._collect(packet)
            frame = self._finish()
            if frame is not None:
                yield frame
        self._collect(rest)

    def _collect(self, piece: bytes) -> None:
        self._pending += piece
        if len(self._pending) > ENCODED_BYTES:  # noise without a zero must not fill the memory
            self._overlong = True
            self._pending.clear()

    def _finish(self) -> Frame | None:
        packet, overlong = bytes(self._pending), self._overlong
        self._pending.clear()
        self._overlong = False
        if not packet and not overlong:
            return None  # two zeros in a row: an empty packet, sent to flush noise
        try:
            if overlong:
                raise ValueError("a packet too long for a frame")
            return decode(packet)
        except ValueError:
            self.damaged += 1
            return None


@dataclass(frozen=True, slots=True)
class Hello:
    """What a board says about itself and the model in it. Sizes are of the model. `profiling`: its program
    counts each layer apart."""

    virtual: bool
    arena_bytes: int
    input_bytes: int
    output_bytes: int
    clock_hz: int
    target: str
    model_hash: bytes
    profiling: bool = False

    @classmethod
    def unpack(cls, payload: bytes) -> Hello:
        """Raises ValueError for another length and for another version of the protocol."""
        if len(payload) >= 2 and int.from_bytes(payload[:2], "little") != VERSION:
            raise UnknownVersionError(int.from_bytes(payload[:2], "little"))
        try:
            _, flags, arena, inputs, outputs, clock, target, digest = _HELLO.unpack(payload)
        except struct.error as error:
            raise ValueError(f"a hello of {len(payload)} bytes") from error
        name = target.rstrip(b"\0").decode("ascii", "replace")
        return cls(bool(flags & 1), arena, inputs, outputs, clock, name, digest, profiling=bool(flags & 2))


class UnknownVersionError(ValueError):
    """The board speaks another version of the protocol."""

    def __init__(self, version: int) -> None:
        super().__init__(f"protocol version {version}")
        self.version = version


@dataclass(frozen=True, slots=True)
class Counts:
    """What the CPU did in a timed region; None where the board cannot count. `undisturbed`: no interrupt
    could take part of it. `wait_cycles` are beside `cycles`, where the two are told apart."""

    cycles: int | None
    instructions: int | None
    undisturbed: bool = False
    wait_cycles: int | None = None

    @property
    def all_cycles(self) -> int | None:
        return None if self.cycles is None else self.cycles + (self.wait_cycles or 0)


@dataclass(frozen=True, slots=True)
class Counters:
    """`startup` is from reset until the model is ready, `inference` the last one, without the protocol.
    `damaged_frames` were dropped by the board, `repeated_requests` answered again, both since reset."""

    runs: int
    stack_bytes: int
    stack_used_bytes: int
    inference: Counts
    startup: Counts
    damaged_frames: int
    repeated_requests: int

    @classmethod
    def unpack(cls, payload: bytes) -> Counters:
        """Raises ValueError for another length."""
        try:
            runs, stack, used, *timings, damaged, repeated = _COUNTERS.unpack(payload)
        except struct.error as error:
            raise ValueError(f"counters of {len(payload)} bytes") from error
        return cls(runs, stack, used, _counts(*timings[:4]), _counts(*timings[4:]), damaged, repeated)


def _counts(flags: int, cycles: int, instructions: int, waits: int) -> Counts:
    return Counts(
        cycles if flags & 1 else None,
        instructions if flags & 2 else None,
        bool(flags & 4),
        waits if flags & 8 else None,
    )


def unpack_profile(payload: bytes) -> tuple[int, tuple[Counts, ...]]:
    """(layers of the model, counts of those in this answer to PROFILE).

    Raises ValueError for another length.
    """
    try:
        (layers,) = _LAYERS.unpack_from(payload)
        counts = tuple(_counts(*entry) for entry in _COUNTS.iter_unpack(payload[_LAYERS.size :]))
    except struct.error as error:
        raise ValueError(f"a profile of {len(payload)} bytes") from error
    return layers, counts


def pack_profile(first: int) -> bytes:
    """Payload of PROFILE: the first layer that is asked for."""
    return _LAYERS.pack(first)


def pack_load(offset: int, data: bytes) -> bytes:
    """Payload of LOAD_INPUT."""
    return struct.pack("<I", offset) + data


def pack_read(offset: int, length: int) -> bytes:
    """Payload of READ_OUTPUT."""
    return struct.pack("<IH", offset, length)


def pack_run(flags: RunFlag) -> bytes:
    """Payload of RUN."""
    return struct.pack("<H", flags)


def unpack_error(payload: bytes) -> tuple[int, int]:
    """(code, type of the refused request). Raises ValueError for another length."""
    try:
        code, request = struct.unpack("<HH", payload)
    except struct.error as error:
        raise ValueError(f"an error of {len(payload)} bytes") from error
    return code, request
