"""Just enough of ELF32 little-endian: sections, segments and symbols.

Source: Tool Interface Standard, ELF specification 1.2.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import CodegenError

_SHF_ALLOC = 2
_SHT_NOBITS = 8
_SHT_SYMTAB = 2
_PT_LOAD = 1
_STT_FUNC = 2


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    address: int
    size_bytes: int
    loaded: bool
    """True when its bytes are in the file (and so in the flash)."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Bytes at a physical (load) address; `file_offset` is where they lie in the file."""

    address: int
    content: bytes
    file_offset: int


@dataclass(frozen=True, slots=True)
class Function:
    """A function symbol. `is_runtime`: it comes from the compiler's own runtime, and all share it."""

    name: str
    address: int
    size_bytes: int

    @property
    def is_runtime(self) -> bool:
        return self.name.startswith("__")


@dataclass(frozen=True, slots=True)
class Elf:
    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]
    functions: tuple[Function, ...]


def read_elf(path: Path) -> Elf:
    """Raises CodegenError ``broken-file`` when it is no 32-bit little-endian ELF."""
    content = path.read_bytes()
    if content[:6] != b"\x7fELF\x01\x01":
        raise CodegenError("broken-file", f"{path.name} is no 32-bit ELF", "build the firmware again")
    fields = struct.unpack_from("<HHIIIIIHHHHHH", content, 16)
    ph_offset, sh_offset, ph_count, sh_count, names = fields[4], fields[5], fields[9], fields[11], fields[12]
    headers = [struct.unpack_from("<10I", content, sh_offset + 40 * i) for i in range(sh_count)]
    strings = headers[names][4]
    sections = tuple(
        Section(_text(content, strings + h[0]), h[3], h[5], h[1] != _SHT_NOBITS)
        for h in headers
        if h[2] & _SHF_ALLOC
    )
    return Elf(sections, _segments(content, ph_offset, ph_count), tuple(_functions(content, headers)))


def _segments(content: bytes, offset: int, count: int) -> tuple[Segment, ...]:
    found = []
    for i in range(count):
        kind, at, _, physical, size = struct.unpack_from("<5I", content, offset + 32 * i)
        if kind == _PT_LOAD and size:
            found.append(Segment(physical, content[at : at + size], at))
    return tuple(sorted(found, key=lambda s: s.address))


def _functions(content: bytes, headers: list[tuple[int, ...]]) -> Iterator[Function]:
    """One for each address: where names are aliases, the plain one."""
    found: dict[int, Function] = {}
    for header in headers:
        if header[1] != _SHT_SYMTAB:
            continue
        strings = headers[header[6]][4]
        for at in range(header[4], header[4] + header[5], 16):
            name, address, size, info = struct.unpack_from("<IIIB", content, at)
            if info & 15 == _STT_FUNC and size:
                function = Function(_text(content, strings + name), address, size)
                if address not in found or "." not in function.name:
                    found[address] = function
    return iter(found.values())


def _text(content: bytes, offset: int) -> str:
    return content[offset : content.index(b"\0", offset)].decode("ascii", "replace")
