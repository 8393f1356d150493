"""Reads what of an ELF file goes into memory. Format: Tool Interface Standard, ELF 1.2, and ELF for Arm."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_PROGRAM = struct.Struct("<8I")
_ARM = 40
_LOAD = 1
_CLASS32_LITTLE = b"\x7fELF\x01\x01"


class NotFirmwareError(Exception):
    """The file is no 32-bit little-endian ARM executable."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes and the physical address where they are stored."""

    address: int
    data: bytes


def read_segments(path: Path) -> tuple[Segment, ...]:
    """The loadable segments that have bytes in the file. Raises NotFirmwareError, OSError."""
    image = path.read_bytes()
    try:
        ident, _, machine, _, _, table, _, _, _, entry_bytes, entries, *_ = _HEADER.unpack_from(image)
        if ident[:6] != _CLASS32_LITTLE or machine != _ARM:
            raise NotFirmwareError(f"{path} is no 32-bit ARM executable")
        programs = [_PROGRAM.unpack_from(image, table + i * entry_bytes) for i in range(entries)]
    except struct.error:
        raise NotFirmwareError(f"{path} is no complete ELF file") from None
    return tuple(
        Segment(physical, image[offset : offset + file_bytes])
        for kind, offset, _, physical, file_bytes, *_ in programs
        if kind == _LOAD and file_bytes
    )
