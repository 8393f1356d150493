"""Reads damaged files in little memory, and prints how each ended: started by batches.py."""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from tests.fuzz.batches import MEMORY_BYTES
from tests.fuzz.harness import fuzz

_STATM = Path("/proc/self/statm")


def _limit_memory() -> None:
    """To so much more than is taken already. Without /proc only hangs and aborts are noticed."""
    if _STATM.exists():
        taken = int(_STATM.read_text(encoding="ascii").split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY_BYTES,) * 2)


def main(name: str, count: int, seed: int) -> None:

    _limit_memory()
    with tempfile.TemporaryDirectory() as folder:
        for end in fuzz(name, count, seed, Path(folder)):
            print(end, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
