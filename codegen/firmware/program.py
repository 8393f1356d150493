"""How much of memory a program of this computer takes: what its file loads, and what it may write to.

Formats: ELF64 (Tool Interface Standard, 1.2 and its 64-bit extension), PE32+ (Microsoft PE format, "COFF
Header" and "Section Table"), Mach-O 64 (mach-o/loader.h). Only little-endian ones.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import CodegenError

_ELF_WRITE, _ELF_ALLOC, _ELF_NOBITS = 1, 2, 8
_PE_UNINITIALIZED, _PE_DISCARDABLE, _PE_WRITE = 0x80, 0x2000000, 0x80000000
_MACHO_SEGMENT_64, _MACHO_WRITE, _MACHO_ZEROFILL = 0x19, 2, 1


@dataclass(frozen=True, slots=True)
class ProgramSize:
    """Bytes: `loaded_bytes` come from the file, `writable_bytes` are the variables, zeroed ones included."""

    loaded_bytes: int
    writable_bytes: int


def program_size(path: Path) -> ProgramSize:
    """Raises CodegenError ``broken-file`` for a format that is none of the three."""
    content = path.read_bytes()
    for magic, read in _READERS.items():
        if content.startswith(magic):
            return read(content)
    raise CodegenError(
        "broken-file", f"{path.name} is no program that Thimble can measure", "use the compiler zig"
    )


def _elf(content: bytes) -> ProgramSize:
    (at,) = struct.unpack_from("<Q", content, 40)
    (count,) = struct.unpack_from("<H", content, 60)
    loaded = writable = 0
    for i in range(count):
        _, kind, flags, _, _, size = struct.unpack_from("<IIQQQQ", content, at + 64 * i)
        if flags & _ELF_ALLOC:
            loaded += size if kind != _ELF_NOBITS else 0
            writable += size if flags & _ELF_WRITE else 0
    return ProgramSize(loaded, writable)


def _pe(content: bytes) -> ProgramSize:
    (header,) = struct.unpack_from("<I", content, 0x3C)
    count, options = struct.unpack_from("<6xH12xH", content, header)
    loaded = writable = 0
    for i in range(count):
        at = header + 24 + options + 40 * i
        size, _, stored = struct.unpack_from("<8xIII", content, at)
        (flags,) = struct.unpack_from("<I", content, at + 36)
        if not flags & _PE_DISCARDABLE:
            loaded += min(size, stored) if not flags & _PE_UNINITIALIZED else 0
            writable += size if flags & _PE_WRITE else 0
    return ProgramSize(loaded, writable)


def _macho(content: bytes) -> ProgramSize:
    (commands,) = struct.unpack_from("<I", content, 16)
    at, loaded, writable = 32, 0, 0
    for _ in range(commands):
        command, length = struct.unpack_from("<II", content, at)
        if command == _MACHO_SEGMENT_64:
            protection, sections = struct.unpack_from("<II", content, at + 60)
            for i in range(sections):
                section = at + 72 + 80 * i
                (size,) = struct.unpack_from("<Q", content, section + 40)
                (flags,) = struct.unpack_from("<I", content, section + 64)
                loaded += size if flags & 0xFF != _MACHO_ZEROFILL else 0
                writable += size if protection & _MACHO_WRITE else 0
        at += length
    return ProgramSize(loaded, writable)


_READERS: dict[bytes, Callable[[bytes], ProgramSize]] = {
    b"\x7fELF\x02\x01": _elf,
    b"MZ": _pe,
    b"\xcf\xfa\xed\xfe": _macho,
}
