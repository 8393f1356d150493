"""TFRecord files and the Example messages in them.

Source: the documentation of TFRecord (a record is its length as 64 bits, the masked CRC-32C of that, the
bytes, their masked CRC-32C, all little-endian), `example.proto` and `feature.proto` of TensorFlow, and the
encoding of protocol buffers.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.data.tfds.crc32c import crc32c, masked
from core.errors import ThimbleError

_HEADER = struct.Struct("<QI")
_FOOTER = struct.Struct("<I")
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_BYTES_LIST, _INT64_LIST = 1, 3


@dataclass(frozen=True, slots=True, eq=False)
class Excerpt:
    """Some bytes of a file, read when they are asked for; as text it is a place for error messages."""

    path: Path
    number: int
    mapped: mmap.mmap
    start: int
    stop: int

    def read(self) -> bytes:
        return self.mapped[self.start : self.stop]

    def __str__(self) -> str:
        return f"record {self.number} of {self.path}"


@dataclass(frozen=True, slots=True)
class Example:
    """Of one record: where its bytes lie (the first of each feature), and its whole numbers, by feature."""

    texts: dict[str, Excerpt]
    numbers: dict[str, list[int]]


class _BrokenError(Exception):
    """A message that ends early, or is none."""


def read_examples(path: Path) -> Iterator[tuple[int, Example]]:
    """Each record of a file, with the place where it ends. Raises ThimbleError ``bad-data``."""
    if not path.stat().st_size:
        return
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    start, number = 0, 0
    while start < len(mapped):
        try:
            stop = _record_end(mapped, start)
            example = _example(mapped, path, number, start + _HEADER.size, stop)
        except (_BrokenError, struct.error, UnicodeDecodeError) as error:
            raise ThimbleError(
                "bad-data",
                f"record {number} of {path} cannot be read ({error})",
                "prepare the set again with TensorFlow Datasets, or copy it anew",
            ) from error
        start = stop + _FOOTER.size
        yield start, example
        number += 1


def _record_end(mapped: mmap.mmap, start: int) -> int:
    """Where the content of the record ends; both checksums are compared."""
    length, checksum = _HEADER.unpack(mapped[start : start + _HEADER.size])
    if masked(crc32c(mapped[start : start + 8])) != checksum:
        raise _BrokenError("the checksum of its length is wrong")
    begin = start + _HEADER.size
    if begin + length + _FOOTER.size > len(mapped):
        raise _BrokenError("it is cut off")
    (checksum,) = _FOOTER.unpack(mapped[begin + length : begin + length + _FOOTER.size])
    if masked(crc32c(mapped[begin : begin + length])) != checksum:
        raise _BrokenError("its checksum is wrong")
    return int(begin + length)


def _example(mapped: mmap.mmap, path: Path, number: int, start: int, stop: int) -> Example:
    example = Example({}, {})
    for field, low, high in _messages(mapped, start, stop):
        if field != 1:  # features
            continue
        for entry, entry_low, entry_high in _messages(mapped, low, high):
            if entry == 1:  # an entry of the map of features: 1 the name, 2 the feature
                parts = {kind: (a, b) for kind, a, b in _messages(mapped, entry_low, entry_high)}
                if 1 in parts and 2 in parts:
                    name = mapped[slice(*parts[1])].decode()
                    _add_feature(example, mapped, path, number, name, *parts[2])
    return example


def _add_feature(
    example: Example, mapped: mmap.mmap, path: Path, number: int, name: str, start: int, stop: int
) -> None:
    for kind, low, high in _messages(mapped, start, stop):
        if kind == _BYTES_LIST:
            for _, a, b in _messages(mapped, low, high):
                example.texts.setdefault(name, Excerpt(path, number, mapped, a, b))
        elif kind == _INT64_LIST:
            example.numbers[name] = list(_whole_numbers(mapped, low, high))


def _messages(mapped: mmap.mmap, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
    """Number, begin and end of each field with a length; numbers among them are passed over."""
    while start < stop:
        key, start = _varint(mapped, start, stop)
        wire = key & 7
        if wire == _LENGTH:
            length, start = _varint(mapped, start, stop)
            if start + length > stop:
                raise _BrokenError("a field is longer than its message")
            yield key >> 3, start, start + length
            start += length
        elif wire == _VARINT:
            _, start = _varint(mapped, start, stop)
        elif wire in (_FIXED64, _FIXED32):
            start += 8 if wire == _FIXED64 else 4
        else:
            raise _BrokenError(f"a field is of the kind {wire}")


def _whole_numbers(mapped: mmap.mmap, start: int, stop: int) -> Iterator[int]:
    """The values of an Int64List, packed or one by one."""
    while start < stop:
        key, start = _varint(mapped, start, stop)
        if key & 7 == _LENGTH:
            length, start = _varint(mapped, start, stop)
            end = min(start + length, stop)
        else:
            end = start + 1
        while start < end:
            value, start = _varint(mapped, start, stop)
            yield value - (1 << 64) if value >> 63 else value


def _varint(mapped: mmap.mmap, start: int, stop: int) -> tuple[int, int]:
    """A number in groups of seven bits, and the place behind it."""
    value = 0
    for shift in range(0, 70, 7):
        if start >= stop:
            break
        byte = mapped[start]
        value |= (byte & 0x7F) << shift
        start += 1
        if byte < 0x80:
            return value, start
    raise _BrokenError("a number has no end")
