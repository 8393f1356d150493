"""UF2, the format that boards which show up as a drive take (Microsoft, "USB Flashing Format")."""

from __future__ import annotations

import struct

_MAGIC_START = (0x0A32_4655, 0x9E5D_5157)
_MAGIC_END = 0x0AB1_6F30
_FAMILY_PRESENT = 0x2000
_BLOCK_BYTES = 512
_DATA_BYTES = 256
RP2040_FAMILY = 0xE48B_FF56


def uf2_of(image: bytes, address: int, family: int = RP2040_FAMILY) -> bytes:
    """Blocks of 512 bytes that put `image` at `address`, the last one filled up with zeros."""
    pieces = [image[at : at + _DATA_BYTES] for at in range(0, len(image), _DATA_BYTES)]
    return b"".join(
        _block(piece, address + _DATA_BYTES * number, number, len(pieces), family)
        for number, piece in enumerate(pieces)
    )


def _block(data: bytes, address: int, number: int, count: int, family: int) -> bytes:
    head = struct.pack("<8I", *_MAGIC_START, _FAMILY_PRESENT, address, _DATA_BYTES, number, count, family)
    body = head + data.ljust(_DATA_BYTES, b"\0")
    return body.ljust(_BLOCK_BYTES - 4, b"\0") + struct.pack("<I", _MAGIC_END)
