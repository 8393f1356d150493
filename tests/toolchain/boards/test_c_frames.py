"""The firmware's COBS and CRC-32 in C against those in Python."""

from __future__ import annotations

import ctypes
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.targets.board import Cpu
from codegen.targets.target import FIRMWARE
from codegen.toolchain import find_compiler
from core.boards import protocol

pytestmark = pytest.mark.toolchain

#: Runs without a zero around the 254 bytes that COBS counts to.
data = st.one_of(
    st.binary(min_size=1, max_size=530),
    st.builds(lambda n, tail: b"\x01" * n + tail, st.integers(250, 515), st.binary(max_size=4)),
)


@pytest.fixture(scope="module")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> ctypes.CDLL:
    library = tmp_path_factory.mktemp("c") / "frames.dll"
    sources = [str(FIRMWARE / name) for name in ("cobs.c", "crc32.c")]
    find_compiler("zig", Cpu.HOST).run(["-shared", "-fPIC", *sources, "-o", str(library)])
    loaded = ctypes.CDLL(str(library))
    loaded.crc32_of.restype = ctypes.c_uint32
    for function in (loaded.crc32_of, loaded.cobs_decode):
        function.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
    loaded.cobs_encode.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
    loaded.cobs_encode.restype = loaded.cobs_decode.restype = ctypes.c_size_t
    return loaded


@given(plain=data)
@settings(max_examples=300)
def test_same_bytes_in_c_and_python(firmware: ctypes.CDLL, plain: bytes) -> None:
    encoded = ctypes.create_string_buffer(len(plain) + len(plain) // 254 + 1)
    length = firmware.cobs_encode(plain, len(plain), encoded)
    assert encoded.raw[:length] == protocol.cobs_encode(plain)
    decoded = firmware.cobs_decode(encoded, length)
    assert encoded.raw[:decoded] == plain
    assert firmware.crc32_of(plain, len(plain)) == zlib.crc32(plain)


@given(packet=st.binary(min_size=1, max_size=300).map(lambda b: b.replace(b"\0", b"\x01")))
@settings(max_examples=300)
def test_any_packet_is_decoded_alike(firmware: ctypes.CDLL, packet: bytes) -> None:
    buffer = ctypes.create_string_buffer(packet, len(packet))
    length = firmware.cobs_decode(buffer, len(packet))
    try:
        expected = protocol.cobs_decode(packet)
    except ValueError:
        expected = b""
    assert buffer.raw[:length] == expected
