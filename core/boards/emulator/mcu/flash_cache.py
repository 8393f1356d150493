"""The cache of a flash chip, as told on the command line; flash_cache.h is what it does."""

from __future__ import annotations

import argparse
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FlashCache:
    """Lines of `line_bytes` in sets of `ways`: the oldest is replaced. A miss takes `miss_cycles`."""

    size_bytes: int
    ways: int
    line_bytes: int
    miss_cycles: int


def read_flash_cache(text: str) -> FlashCache:
    """From ``BYTES,WAYS,LINE,CYCLES``. Raises argparse.ArgumentTypeError."""
    try:
        cache = FlashCache(*map(int, text.split(",")))
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError("four numbers, such as 16384,2,8,56") from None
    sets, rest = divmod(cache.size_bytes, max(cache.ways * cache.line_bytes, 1))
    powers = all(number > 0 and number & (number - 1) == 0 for number in (sets, cache.line_bytes))
    if rest or not powers or cache.ways < 1 or cache.miss_cycles < 0:
        raise argparse.ArgumentTypeError("the sets and the bytes of a line must be powers of two")
    return cache
