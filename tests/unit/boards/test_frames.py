"""Frames and COBS, in Python and in the firmware's C."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.boards import protocol
from core.boards.protocol import (
    ENCODED_BYTES,
    PAYLOAD_BYTES,
    Counters,
    Counts,
    Frame,
    FrameReader,
    Hello,
    UnknownVersionError,
    cobs_decode,
    cobs_encode,
    decode,
    encode,
)

#: Long runs without a zero matter: COBS counts to 254.
data = st.one_of(
    st.binary(max_size=600),
    st.builds(lambda n, tail: b"\x01" * n + tail, st.integers(250, 520), st.binary(max_size=4)),
)
frames = st.builds(
    Frame, st.integers(0, 0xFFFF), st.integers(0, 0xFFFF), data.map(lambda d: d[:PAYLOAD_BYTES])
)


@given(data)
def test_cobs_round_trip(plain: bytes) -> None:
    encoded = cobs_encode(plain)
    assert 0 not in encoded
    assert cobs_decode(encoded) == plain
    assert len(encoded) <= len(plain) + len(plain) // 254 + 1


@pytest.mark.parametrize(
    ("plain", "encoded"),
    [
        (b"", b"\x01"),
        (b"\x00", b"\x01\x01"),
        (b"\x11\x22\x00\x33", b"\x03\x11\x22\x02\x33"),
        (b"\x11" * 254, b"\xff" + b"\x11" * 254),
        (b"\x11" * 255, b"\xff" + b"\x11" * 254 + b"\x02\x11"),
        (b"\x11" * 254 + b"\0", b"\xff" + b"\x11" * 254 + b"\x01\x01"),
    ],
)
def test_cobs_as_published(plain: bytes, encoded: bytes) -> None:
    assert cobs_encode(plain) == encoded
    assert cobs_decode(encoded) == plain


@pytest.mark.parametrize("packet", [b"\x05\x11", b"\x00", b"\x03\x11\x00", b"\x02\x11\x09"])
def test_malformed_cobs_is_refused(packet: bytes) -> None:
    with pytest.raises(ValueError, match="malformed"):
        cobs_decode(packet)


@given(frames)
def test_frames_round_trip(frame: Frame) -> None:
    encoded = encode(frame)
    assert encoded.count(0) == 1
    assert encoded.endswith(b"\0")
    assert len(encoded) <= ENCODED_BYTES + 1
    assert decode(encoded[:-1]) == frame


@given(frames, st.data())
def test_any_flipped_bit_is_noticed(frame: Frame, draw: st.DataObject) -> None:
    packet = bytearray(encode(frame)[:-1])
    position = draw.draw(st.integers(0, len(packet) - 1))
    packet[position] ^= 1 << draw.draw(st.integers(0, 7))
    reader = FrameReader()
    assert frame not in list(reader.feed(bytes(packet) + b"\0"))


@given(frames)
def test_any_truncation_is_noticed(frame: Frame) -> None:
    packet = encode(frame)[:-1]
    for length in range(1, len(packet)):
        with pytest.raises(ValueError, match=r"."):
            decode(packet[:length])


@given(st.lists(frames, max_size=4), st.lists(st.binary(max_size=40), max_size=4), st.integers(1, 64))
def test_a_stream_in_pieces_with_noise_between(sent: list[Frame], noise: list[bytes], piece: int) -> None:
    stream = b"".join(
        encode(frame) + (noise[i] + b"\0" if i < len(noise) else b"") for i, frame in enumerate(sent)
    )
    reader = FrameReader()
    received = [f for at in range(0, len(stream), piece) for f in reader.feed(stream[at : at + piece])]
    assert received == sent


def test_a_stream_without_zeros_is_not_hoarded() -> None:
    reader = FrameReader()
    for _ in range(100):
        assert list(reader.feed(b"\x55" * 1000)) == []
    assert len(reader._pending) <= ENCODED_BYTES
    good = Frame(1, 2, b"abc")
    assert list(reader.feed(b"\0" + encode(good))) == [good]
    assert reader.damaged == 1


def test_a_payload_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="521"):
        encode(Frame(1, 1, bytes(PAYLOAD_BYTES + 1)))


def test_crc_is_that_of_zlib() -> None:
    """The check value of CRC-32/ISO-HDLC, over a frame built by hand."""
    plain = struct.pack("<HHH", 3, 4, 2) + b"hi"
    import zlib

    assert zlib.crc32(b"123456789") == 0xCBF43926
    packet = cobs_encode(plain + struct.pack("<I", zlib.crc32(plain)))
    assert decode(packet) == Frame(3, 4, b"hi")


def test_hello() -> None:
    payload = struct.pack("<HHIIII16s32s", 1, 1, 5000, 784, 10, 133_000_000, b"pico", bytes(range(32)))
    assert Hello.unpack(payload) == Hello(True, 5000, 784, 10, 133_000_000, "pico", bytes(range(32)))
    with pytest.raises(ValueError, match="67 bytes"):
        Hello.unpack(payload[:-1])
    with pytest.raises(UnknownVersionError):
        Hello.unpack(b"\x02\x00anything")


def test_counters() -> None:
    startup = (0, 5, 6, 7)
    payload = struct.pack("<IIIIQQQIQQQII", 9, 2048, 300, 11, 1 << 40, 1 << 33, 1 << 34, *startup, 8, 4)
    inference = Counts(1 << 40, 1 << 33, wait_cycles=1 << 34)
    expected = Counters(9, 2048, 300, inference, Counts(None, None), 8, 4)
    assert Counters.unpack(payload) == expected
    with pytest.raises(ValueError, match="counters of"):
        Counters.unpack(payload + b"x")


def test_waiting_for_the_flash_is_beside_the_cycles() -> None:
    assert Counts(100, None, wait_cycles=11).all_cycles == 111
    assert Counts(100, None).all_cycles == 100
    assert Counts(None, 3).all_cycles is None


def test_profiles() -> None:
    layer = struct.pack("<IQQQ", 3, 100, 40, 0)
    layers, counts = protocol.unpack_profile(struct.pack("<H", 9) + 2 * layer)
    assert (layers, counts) == (9, (Counts(100, 40),) * 2)
    assert protocol.pack_profile(258) == b"\x02\x01"
    for broken in (b"", b"x", struct.pack("<H", 1) + layer[:-1]):
        with pytest.raises(ValueError, match="a profile of"):
            protocol.unpack_profile(broken)


def test_errors() -> None:
    assert protocol.unpack_error(struct.pack("<HH", 3, 4)) == (3, 4)
    with pytest.raises(ValueError, match="an error of 1 bytes"):
        protocol.unpack_error(b"x")
