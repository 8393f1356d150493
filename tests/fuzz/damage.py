"""Ways to damage a file, each from a random generator, so that every case can be made again."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

Damage = Callable[[bytes, np.random.Generator], bytes]


def cut(content: bytes, rng: np.random.Generator) -> bytes:
    return content[: rng.integers(0, len(content))]


def flip_bits(content: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    for place in rng.integers(0, len(content), rng.integers(1, 17)):
        damaged[place] ^= 1 << int(rng.integers(0, 8))
    return bytes(damaged)


def replace_bytes(content: bytes, rng: np.random.Generator) -> bytes:
    damaged = bytearray(content)
    for place in rng.integers(0, len(content), rng.integers(1, 9)):
        damaged[place] = int(rng.integers(0, 256))
    return bytes(damaged)


def odd_integers(content: bytes, rng: np.random.Generator) -> bytes:
    """Negative and huge numbers where a 32-bit word, or a varint, may be a size."""
    words = [struct.pack("<i", n) for n in (-1, -(2**31), 2**31 - 1, 0, 2**24, 65_536)]
    varints = [b"\xff" * 9 + b"\x01", b"\xff\xff\xff\xff\x0f", b"\x00", b"\x80\x80\x80\x80\x10"]
    place, choices = int(rng.integers(0, len(content))), words + varints
    new = choices[int(rng.integers(0, len(choices)))]
    return content[:place] + new + content[place + len(new) :]


def repeat_part(content: bytes, rng: np.random.Generator) -> bytes:
    first, last = sorted(int(n) for n in rng.integers(0, len(content), 2))
    return content[:last] + content[first:last] + content[last:]


def remove_part(content: bytes, rng: np.random.Generator) -> bytes:
    first = int(rng.integers(0, len(content)))
    return content[:first] + content[first + int(rng.integers(1, 65)) :]


def noise(content: bytes, rng: np.random.Generator) -> bytes:
    """Nothing of the file but its first bytes, which tell the format."""
    return content[:8] + rng.bytes(int(rng.integers(0, 2048)))


DAMAGES: tuple[Damage, ...] = (
    cut,
    flip_bits,
    replace_bytes,
    odd_integers,
    repeat_part,
    remove_part,
    noise,
)
