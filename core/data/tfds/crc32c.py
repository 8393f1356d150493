"""CRC-32C (Castagnoli), the checksum of TFRecord files.

Source: G. Castagnoli et al., "Optimization of Cyclic Redundancy-Check Codes with 24 and 32 Parity Bits",
1993; RFC 3720, appendix B.4. Long inputs are cut into lanes whose remainders NumPy computes side by side.
They are joined by what zero bytes do to a remainder, which is linear over GF(2), as in `crc32_combine` of
M. Adler's zlib.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

_POLYNOMIAL = 0x82F63B78  # reflected
_ONES = 0xFFFFFFFF
#: From this many bytes on, lanes pay; and the bytes of one lane.
_LONG_BYTES, _LANE_BYTES = 512, 64
_BITS = np.arange(32, dtype=np.uint32)

Words = npt.NDArray[np.uint32]


def _make_table() -> Words:
    table = np.arange(256, dtype=np.uint32)
    for _ in range(8):
        table = np.where(table & 1, (table >> 1) ^ np.uint32(_POLYNOMIAL), table >> 1).astype(np.uint32)
    return table


_TABLE = _make_table()
_NUMBERS = tuple(int(entry) for entry in _TABLE)


def crc32c(content: bytes | memoryview) -> int:
    """The CRC-32C of the bytes."""
    remainder, done = _ONES, 0
    if len(content) >= _LONG_BYTES:
        done = len(content) - len(content) % _LANE_BYTES
        remainder = _by_lanes(content[:done])
    for byte in content[done:]:
        remainder = _NUMBERS[(remainder ^ byte) & 0xFF] ^ (remainder >> 8)
    return remainder ^ _ONES


def masked(checksum: int) -> int:
    """As TFRecord stores it, so that checksums of data with checksums in them are no zeros."""
    return (((checksum >> 15) | (checksum << 17)) + 0xA282EAD8) & _ONES


def _by_lanes(content: bytes | memoryview) -> int:
    lanes = np.frombuffer(content, np.uint8).reshape(-1, _LANE_BYTES)
    remainders = np.zeros(len(lanes), np.uint32)
    remainders[0] = _ONES
    for column in np.ascontiguousarray(lanes.T):
        remainders = _TABLE[(remainders ^ column) & 0xFF] ^ (remainders >> 8)
    before = (1 << (len(remainders) - 1).bit_length()) - len(remainders)
    remainders = np.pad(remainders, (before, 0))  # lanes of zeros in front leave nothing
    zeros = _LANE_BYTES
    while len(remainders) > 1:
        remainders = _applied(_after_zeros(zeros), remainders[0::2]) ^ remainders[1::2]
        zeros *= 2
    return int(remainders[0])


def _applied(matrix: Words, remainders: Words) -> Words:
    """The matrix (one word for each bit that is set) times each remainder."""
    chosen = np.where((remainders[:, None] >> _BITS) & 1, matrix, np.uint32(0))
    return np.asarray(np.bitwise_xor.reduce(chosen, axis=1), np.uint32)


@cache
def _after_zeros(count: int) -> Words:
    """What so many zero bytes do to a remainder, as a matrix."""
    if count == 1:
        single = np.uint32(1) << _BITS
        return np.asarray(_TABLE[single & 0xFF] ^ (single >> 8), np.uint32)
    half = _after_zeros(count // 2)
    doubled = _applied(half, half)
    return doubled if count % 2 == 0 else _applied(_after_zeros(1), doubled)
