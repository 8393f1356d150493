"""The check that the RP2040's boot ROM makes of the second-stage bootloader (datasheet, 2.8.1.3.1)."""

from __future__ import annotations

import struct

#: What is checked, and the CRC-32 behind it.
_CHECKED_BYTES = 252
_POLYNOMIAL = 0x04C1_1DB7
_TOP = 1 << 31
_MASK = 0xFFFF_FFFF


def boot2_crc(code: bytes) -> int:
    """CRC-32 of 252 bytes: start of all ones, nothing reflected, no final xor."""
    crc = _MASK
    for byte in code:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (_POLYNOMIAL if crc & _TOP else 0)
        crc &= _MASK
    return crc


def with_boot2_crc(flash: bytes) -> bytes:
    """The flash from its first byte on, with the CRC in its place."""
    code = flash[:_CHECKED_BYTES]
    return code + struct.pack("<I", boot2_crc(code)) + flash[_CHECKED_BYTES + 4 :]
